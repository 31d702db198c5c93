/** Names as people can tell them apart: what has no shape, or turns the text around it, is shown by its code. */

/** A run of characters as they are, or one character that would not be seen. */
export type VisiblePart = { readonly text: string; readonly odd: boolean }

/** Controls, formats (direction overrides, zero widths, byte order marks, tags), line and paragraph separators, blanks of
 *  unusual width, lone surrogates, and the letters that Unicode draws as nothing. */
const oddCharacter =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]/u
/** Joins letters of some scripts and parts of emoji, where it belongs to the word. */
const joiner = /[\u200c\u200d]/
const joinable = /[^\p{ASCII}\p{Cc}\p{Cf}\p{Z}]/u

const codeName = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

const isOdd = (chars: readonly string[], at: number): boolean => {
  const char = chars[at] ?? ''
  if (char === ' ') return false
  if (joiner.test(char) && joinable.test(chars[at - 1] ?? '') && joinable.test(chars[at + 1] ?? '')) return false
  return oddCharacter.test(char)
}

/** Whether nothing in it needs to be shown otherwise: most names, told quickly. */
const isPlain = (text: string, most: number): boolean =>
  text.length <= most && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)

/** The parts of a text, at most so many characters of it; "…" says that there are more. `blanks`: blanks at the ends are
 *  shown too, as they make two names of one. */
export const visibleParts = (
  text: string,
  { most = 200, blanks = true }: { readonly most?: number; readonly blanks?: boolean } = {},
): readonly VisiblePart[] => {
  if (isPlain(text, most)) return [{ text, odd: false }]
  const chars = Array.from(text.slice(0, most * 2))
  const cut = chars.length > most || text.length > most * 2
  const shown = cut ? chars.slice(0, most) : chars
  const parts: VisiblePart[] = []
  const ends = blanks ? endsOf(text) : { lead: 0, trail: Number.POSITIVE_INFINITY }
  let run = ''
  for (const [at, char] of shown.entries()) {
    const blank = char === ' ' && (at < ends.lead || (!cut && at >= shown.length - ends.trail))
    if (blanks && blank) run += '␣'
    else if (!isOdd(shown, at)) run += char
    else {
      if (run !== '') parts.push({ text: run, odd: false })
      parts.push({ text: codeName(char), odd: true })
      run = ''
    }
  }
  if (cut) run += '…'
  if (run !== '' || parts.length === 0) parts.push({ text: run, odd: false })
  return parts
}

const endsOf = (text: string): { lead: number; trail: number } => ({
  lead: /^ */.exec(text)?.[0].length ?? 0,
  trail: / *$/.exec(text)?.[0].length ?? 0,
})

/** The same as one text, for titles, labels and sentences that are composed. */
export const visibleText = (text: string, most = 80): string =>
  visibleParts(text, { most })
    .map((part) => (part.odd ? `‹${part.text}›` : part.text))
    .join('')

/** Whether a person can type it from what is shown. */
export const canBeTyped = (text: string): boolean => isPlain(text, 63)
