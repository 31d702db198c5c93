/** What text must look like, each with the words of its refusal: `name` `may have letters, …`. */
export const patterns = {
  name: {
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    words: 'may have letters, digits, dot, underscore and hyphen, 63 at most, and begins with a letter or digit',
  },
  id: { pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', words: 'must be an id' },
  /** A terminal obeys control characters, and XML has no place for most of them. */
  prose: {
    pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$',
    words: 'must have no control characters except line breaks and tabs',
  },
} as const

export const patternWords: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(patterns).map(({ pattern, words }) => [pattern, words]),
)
