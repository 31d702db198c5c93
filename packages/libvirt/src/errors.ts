import { errorNames, errorDomains, type ErrorName, type ErrorDomain } from './table/error-names.ts'

/** libvirt refused: the daemon's own error, with its number as a word. Codes: libvirt's virErrorNumber. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError'
  /** `NO_DOMAIN` for libvirt's 42; a number newer than our table stays readable as `UNKNOWN`. */
  readonly code: ErrorName
  readonly number: number
  /** The part of libvirt that speaks: `QEMU`, `STORAGE`, … */
  readonly domain: ErrorDomain
  /** 1 is a warning, 2 an error. */
  readonly level: number
  readonly procedure: string

  constructor(o: { number: number; domain: number; level: number; message: string; procedure: string }) {
    super(o.message)
    this.number = o.number
    this.code = errorNames[o.number] ?? 'UNKNOWN'
    this.domain = errorDomains[o.domain] ?? 'UNKNOWN'
    this.level = o.level
    this.procedure = o.procedure
  }
}

/** The bytes do not fit the layout: a value that the protocol cannot carry, or an answer that is none. */
export class XdrError extends Error {
  override readonly name = 'XdrError'

  static inField(name: string, cause: unknown): XdrError {
    const message = cause instanceof Error ? cause.message : String(cause)
    return new XdrError(
      message.startsWith('Field ') ? message.replace('Field ', `Field ${name}.`) : `Field ${name}: ${message}`,
      { cause },
    )
  }
}

/** The connection to a host is gone; whether the call took effect is not known, so look before you repeat it.
 *  `sent` is false where the call surely never left. */
export class ConnectionLost extends Error {
  override readonly name: string = 'ConnectionLost'
  readonly sent: boolean

  constructor(message: string, o: { sent?: boolean; cause?: unknown } = {}) {
    super(message, o.cause === undefined ? {} : { cause: o.cause })
    this.sent = o.sent ?? true
  }
}

/** No answer in time. The protocol has no cancel: the call may still take effect, and its place stays taken. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
  readonly procedure: string
  readonly deadlineMs: number
  /** False when the call was still waiting for a free place and never left. */
  readonly sent: boolean

  constructor(message: string, o: { procedure: string; deadlineMs: number; sent: boolean }) {
    super(message)
    this.procedure = o.procedure
    this.deadlineMs = o.deadlineMs
    this.sent = o.sent
  }
}

/** Is it libvirt's refusal with one of these codes? */
export function isLibvirtError(error: unknown, ...codes: readonly ErrorName[]): error is LibvirtError {
  return error instanceof LibvirtError && (codes.length === 0 || codes.includes(error.code))
}
