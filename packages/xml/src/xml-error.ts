/** What is wrong with a document or with a value that was to go into one. */
export type XmlErrorCode =
  | 'attribute'
  | 'character'
  | 'document'
  | 'dtd'
  | 'duplicate-attribute'
  | 'edit'
  | 'encoding'
  | 'limit'
  | 'markup'
  | 'name'
  | 'reference'
  | 'tag'

/** A document that is not well-formed, is refused, or is too large; or a value that XML cannot carry.
 *  `line` and `column` count from 1 and are absent where there is no source text (builders, edits). */
export class XmlError extends Error {
  readonly code: XmlErrorCode
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(code: XmlErrorCode, sentence: string, place?: { readonly line: number; readonly column: number }) {
    super(place ? `Line ${place.line}, column ${place.column}: ${sentence}` : sentence)
    this.name = 'XmlError'
    this.code = code
    this.line = place?.line
    this.column = place?.column
  }
}

/** The place of an offset; a line ends at LF, CR LF or CR, a column is a UTF-16 unit. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let i = 0; i < offset; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) {
      line++
      start = i + 1
    }
  }
  return { line, column: offset - start + 1 }
}
