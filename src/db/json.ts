import type { JsonText } from './tables.ts'

/** The text of `value` for a jsonb column. PostgreSQL's jsonb holds neither NUL nor half a surrogate pair, and
 *  names come from outside, so each becomes U+FFFD (JSON.stringify escapes exactly these, so a `\u` is enough to see). */
export const json = (value: unknown): JsonText =>
  JSON.stringify(value ?? null).replaceAll(/(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/g, (_, backslash?: string) =>
    backslash === undefined ? '\ufffd' : backslash,
  ) as JsonText

/** Text from outside as a text column can hold it: NUL and half surrogate pairs become U+FFFD. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
