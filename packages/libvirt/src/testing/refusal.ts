import type { errorBody } from '../table/error-body.ts'
import { errorDomains, errorNames, type ErrorDomain, type ErrorName } from '../table/error-names.ts'
import type { InOf } from '../xdr/schema.ts'

export type RefusalBody = InOf<typeof errorBody>

/** Thrown by a fake daemon's handler: the client hears it as LibvirtError. */
export class Refusal extends Error {
  readonly body: RefusalBody

  constructor(code: ErrorName, message: string, domain: ErrorDomain = 'QEMU') {
    super(message)
    this.body = {
      number: numberFor(errorNames, code),
      domain: numberFor(errorDomains, domain),
      message,
      level: 2,
      int1: 0,
      int2: 0,
    }
  }
}

function numberFor(names: Readonly<Record<number, string | undefined>>, name: string): number {
  const found = Object.keys(names).find((number) => names[Number(number)] === name)
  return Number(found ?? 1)
}
