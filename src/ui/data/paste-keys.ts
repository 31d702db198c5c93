/** Text as key presses of a US keyboard: what a guest without a clipboard understands. */

export type KeyPress = { readonly keysym: number; readonly code: string | null; readonly shift: boolean }

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

const codeOf = (char: string): string | null => {
  if (/[a-z]/.test(char)) return `Key${char.toUpperCase()}`
  if (/[0-9]/.test(char)) return `Digit${char}`
  return codes[char] ?? null
}

/** Key presses for a text. Characters no US key has are sent as Unicode keysyms, which only some guests take. */
export const keyPresses = (text: string): readonly KeyPress[] => {
  const presses: KeyPress[] = []
  for (const char of text.replaceAll('\r\n', '\n')) {
    if (char === '\n' || char === '\r') presses.push({ keysym: 0xff0d, code: 'Enter', shift: false })
    else if (char === '\t') presses.push({ keysym: 0xff09, code: 'Tab', shift: false })
    else presses.push(pressOf(char))
  }
  return presses
}

const pressOf = (char: string): KeyPress => {
  const point = char.codePointAt(0)!
  // X11: Latin-1 keysyms are the characters themselves, all others 0x01000000 + code point.
  const keysym = point < 0x100 ? point : 0x0100_0000 + point
  if (/[A-Z]/.test(char)) return { keysym, code: codeOf(char.toLowerCase()), shift: true }
  const base = shiftedPairs.get(char)
  if (base !== undefined) return { keysym, code: codeOf(base), shift: true }
  return { keysym, code: codeOf(char), shift: false }
}
