/** A refusal in words: what happened, to which object, what to do about it. */
export class FloeError extends Error {
  readonly code: string
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: string,
    status: number,
    message: string,
    details: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'FloeError'
    this.code = code
    this.status = status
    this.details = details
  }
}

export const isFloeError = (error: unknown): error is FloeError => error instanceof FloeError

export type ErrorRow = readonly [status: number, template: string]
export type ErrorMaker<Code extends string> = (
  code: Code,
  details?: Readonly<Record<string, unknown>>,
  cause?: unknown,
) => FloeError

/** A room's table of refusals. `{name}` and `{by.cause}` in a template come from the error's details. */
export function errorTable<Code extends string>(
  rows: Readonly<Record<Code, ErrorRow>>,
): ErrorMaker<Code> & { readonly rows: Readonly<Record<Code, ErrorRow>> } {
  const make: ErrorMaker<Code> = (code, details = {}, cause) => {
    const [status, template] = rows[code]
    return new FloeError(code, status, fill(template, details), details, cause)
  }
  return Object.assign(make, { rows })
}

function fill(template: string, details: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{([\w.]+)\}/g, (_, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], details)
    if (value === undefined || value === null) return '?'
    return Array.isArray(value) ? value.join(', ') : `${value as string | number | boolean}`
  })
}

/** The sentence of whatever was thrown, for logs and task errors. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
