// Most cells are ASCII, and a list may have 20,000 rows: only the others are taken apart.
const ascii = /^[\u0020-\u007e]*$/
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

// Making it takes 9 ms, so only who meets such text pays.
let graphemes: Intl.Segmenter | undefined
const pieces = (text: string): readonly string[] => {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
}
const cells = (grapheme: string): number => (wide.test(grapheme) ? 2 : 1)

/** Columns of a terminal that the text takes. */
export const widthOf = (text: string): number =>
  ascii.test(text) ? text.length : pieces(text).reduce((sum, one) => sum + cells(one), 0)

/** The text in at most so many columns; an ellipsis stands for what was cut. */
export function cut(text: string, most: number): string {
  if (widthOf(text) <= most) return text
  let kept = ''
  let width = 1
  for (const one of pieces(text)) {
    width += cells(one)
    if (width > most) break
    kept += one
  }
  return `${kept}…`
}
