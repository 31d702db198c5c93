/** Text as key presses of a US keyboard: what a guest without a clipboard understands. */

export type KeyPress = { readonly keysym: number; readonly code: string; readonly shift: boolean }

const plain = "`1234567890-=[]\\;',./"
const shifted = '~!@#$%^&*()_+{}|:"<>?'
const codes: Readonly<Record<string, string>> = {
  '`': 'Backquote',
  '-': 'Minus',
  '=': 'Equal',
  '[': 'BracketLeft',
  ']': 'BracketRight',
  '\\': 'Backslash',
  ';': 'Semicolon',
  "'": 'Quote',
  ',': 'Comma',
  '.': 'Period',
  '/': 'Slash',
  ' ': 'Space',
}

const shiftedPairs = new Map(Array.from(shifted, (char, at) => [char, plain[at]!] as const))

const codeOf = (char: string): string | undefined => {
  if (/[a-z]/.test(char)) return `Key${char.toUpperCase()}`
  if (/[0-9]/.test(char)) return `Digit${char}`
  return codes[char]
}

const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n')

/** Key presses for a text. Characters that no US key has are left out: QEMU drops them without a word. */
export const keyPresses = (text: string): readonly KeyPress[] =>
  Array.from(withoutReturns(text)).flatMap((char) => pressOf(char) ?? [])

/** Characters of a text that no key of a US keyboard types, each once. */
export const untypable = (text: string): readonly string[] => [
  ...new Set(Array.from(withoutReturns(text)).filter((char) => pressOf(char) === undefined)),
]

const pressOf = (char: string): KeyPress | undefined => {
  if (char === '\n' || char === '\r') return { keysym: 0xff0d, code: 'Enter', shift: false }
  if (char === '\t') return { keysym: 0xff09, code: 'Tab', shift: false }
  const base = /[A-Z]/.test(char) ? char.toLowerCase() : shiftedPairs.get(char)
  const code = codeOf(base ?? char)
  // X11: the keysyms of ASCII are the characters themselves.
  return code === undefined ? undefined : { keysym: char.codePointAt(0)!, code, shift: base !== undefined }
}
