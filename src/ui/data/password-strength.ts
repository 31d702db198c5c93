/** What the strength bar says while one types. The API decides what is accepted. */
export type Strength = { readonly bars: 0 | 1 | 2 | 3 | 4; readonly words: string }

const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]

export const strengthOf = (password: string): Strength => {
  const length = Array.from(password).length
  if (length === 0) return { bars: 0, words: 'At least 12 characters.' }
  if (length < 12) return { bars: 1, words: `${length} of at least 12 characters.` }
  const different = new Set(password).size
  if (different < 6) return { bars: 1, words: 'Too much the same.' }
  const variety = kinds.filter((kind) => kind.test(password)).length
  const bars = length >= 20 || (length >= 16 && variety >= 3) ? 4 : length >= 15 || variety >= 3 ? 3 : 2
  const word = bars === 4 ? 'Very good' : bars === 3 ? 'Good' : 'Enough'
  return { bars, words: `${word}, ${length} characters.` }
}
