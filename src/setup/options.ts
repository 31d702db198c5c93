import { parseArgs } from 'node:util'

import { setupError } from './errors.ts'

export type SetupVerb = 'up' | 'down' | 'status'
export type SetupOptions = {
  readonly verb: SetupVerb
  readonly data: string
  /** The names of the steps to do, as the entry printed them; for "up". */
  readonly plan: string
  readonly listen?: string
  readonly cert?: string
  readonly key?: string
  readonly detach: boolean
  readonly sample: boolean
  readonly stopVms: boolean
  readonly json: boolean
}

/** What a setup verb was asked to do. Errors: `usage`, `tls_half`, `data_long`. */
export function parseOptions(verb: SetupVerb, args: readonly string[]): SetupOptions {
  const values = parse(verb, args)
  const { data, listen, cert, key } = values
  if (data === undefined) throw setupError('usage', { verb, why: '--data is missing' })
  // A Unix socket's path has room for 107 bytes, and "/run/.s.PGSQL.5432.lock" comes after the folder's.
  if (Buffer.byteLength(data) > 80) throw setupError('data_long', { data })
  if ((cert === undefined) !== (key === undefined)) throw setupError('tls_half')
  return {
    verb,
    data,
    plan: values.plan,
    ...(listen !== undefined && { listen }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    detach: values.detach,
    sample: !values['no-sample'],
    stopVms: values['stop-vms'],
    json: values.output === 'json',
  }
}

function parse(verb: SetupVerb, args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const options = {
    data: text,
    listen: text,
    cert: text,
    key: text,
    plan: { type: 'string', default: '' },
    output: { type: 'string', short: 'o' },
    yes: flag,
    'no-install': flag,
    detach: flag,
    'no-sample': flag,
    'stop-vms': flag,
  } as const
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw setupError('usage', { verb, why: (error as Error).message }, error)
  }
}
