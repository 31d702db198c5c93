import { randomInt } from 'node:crypto'

const shortest = 12

/** Why a password is too easy for this user, completing "The password is too easy: …", or nothing. */
export function passwordWeakness(password: string, name: string): string | undefined {
  const plain = password.normalize('NFKC')
  const lower = plain.toLowerCase()
  const letters = Array.from(plain)
  if (letters.length < shortest) return `it has ${letters.length} characters, and ${shortest} are the least`
  if (lower === name.toLowerCase() || (name.length >= 4 && stripped(lower, name.toLowerCase()).length < 6)) {
    return 'it is little more than the user name'
  }
  if (new Set(letters).size < 5) return 'it repeats the same few characters'
  if (isRepeated(lower)) return 'it repeats a short piece'
  if (isRun(letters)) return 'it is a run of neighbouring characters'
  if (common.some((word) => stripped(lower, word).length < 5)) return 'it is among the commonest ones'
  return undefined
}

const stripped = (text: string, word: string): string => text.replaceAll(word, '')

/** `abcabcabcabc` and `abcabcabcab`: a piece of up to 4 characters over and over. */
function isRepeated(text: string): boolean {
  return [1, 2, 3, 4].some((size) => text === text.slice(0, size).repeat(text.length).slice(0, text.length))
}

/** `abcdefghijkl`, `987654321098`: nearly every step is one up or one down. */
function isRun(letters: readonly string[]): boolean {
  const codes = letters.map((letter) => letter.codePointAt(0)!)
  const steps = codes.slice(1).filter((code, i) => Math.abs(code - codes[i]!) === 1)
  return steps.length >= letters.length - 2
}

/** The heads of the lists of leaked passwords; longer ones on those lists are made of these and a few characters. */
const common: readonly string[] = [
  'password',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'qwertyuiop',
  'qwerty',
  'qwertz',
  'azerty',
  'asdfghjkl',
  'zxcvbnm',
  '1q2w3e4r5t',
  '1qaz2wsx3edc',
  '1qaz2wsx',
  'administrator',
  'changeme',
  'letmein',
  'iloveyou',
  'welcome',
  'sunshine',
  'princess',
  'football',
  'superman',
  'trustno1',
  '123456789',
  '12345678',
  '123456',
  'abc123',
  'monkey',
  'dragon',
  'correcthorsebatterystaple',
]

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password to be typed once: 20 letters and digits that cannot be mistaken for each other, 99 bits. */
export function oneTimePassword(): string {
  const group = (): string => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
