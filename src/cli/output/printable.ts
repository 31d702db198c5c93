// C0 but tab and newline, DEL, C1, and the marks that turn the reading direction of what follows.
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const visible = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text for a terminal: what would steer it is shown instead (a VM may have been named outside). */
export const printable = (text: string): string => text.replaceAll(unprintable, visible)

/** The same on one line. */
export const oneLine = (text: string): string => printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')

/** JSON text that steers no terminal: the characters that JSON leaves raw become its own escapes. */
export const printableJson = (json: string): string =>
  json.replaceAll(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, visible)
