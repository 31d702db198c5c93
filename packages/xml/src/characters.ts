import { XmlError } from './xml-error.ts'

// XML 1.0, fifth edition, productions 2 (Char), 4 (NameStartChar) and 4a (NameChar).
const foreign = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
const start =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}'
const rest = `${start}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}`
const stickyName = new RegExp(`[${start}][${rest}]*`, 'uy')
const wholeName = new RegExp(`^[${start}][${rest}]*$`, 'u')

// 1: may stand in a name, 2: may also begin one. Nearly all names are ASCII, and this is five times the sticky pattern.
const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code)
  if (/[:A-Z_a-z]/.test(char)) return 2
  return /[-.0-9]/.test(char) ? 1 : 0
})

/** The offset of the first character that XML 1.0 cannot carry (control characters, lone surrogates), or -1. */
export const foreignCharacter = (text: string): number => text.search(foreign)

/** The end of the name that begins at `from`; `from` itself when none does. */
export function nameEnd(text: string, from: number): number {
  let at = from
  let code = text.charCodeAt(at)
  if (code < 128 && ascii[code] !== 2) return from
  while (code < 128 && ascii[code]! > 0) code = text.charCodeAt(++at)
  if (!(code >= 128)) return at
  stickyName.lastIndex = from
  return stickyName.test(text) ? stickyName.lastIndex : from
}

export const isName = (text: string): boolean => wholeName.test(text)

export const isBlank = (text: string): boolean => !/[^ \t\r\n]/.test(text)

/** `U+0000 (a control character)` for sentences. */
export function describeCharacter(text: string, offset: number): string {
  const code = text.codePointAt(offset) ?? 0
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (code < 0x20) return `${hex} (a control character)`
  return code >= 0xd800 && code <= 0xdfff ? `${hex} (half of a surrogate pair)` : hex
}

/** Why XML 1.0 cannot carry `text`, not even as a reference, as the end of a sentence; nothing if it can. */
export function textProblem(text: string): string | undefined {
  const offset = foreignCharacter(text)
  if (offset === -1) return undefined
  return `has the character ${describeCharacter(text, offset)} at position ${offset + 1}, which XML cannot carry; remove it.`
}

export function checkCharacters(text: string, what: string): void {
  const problem = textProblem(text)
  if (problem !== undefined) throw new XmlError('character', `${what} ${problem}`)
}

export function checkName(name: string, what: string): void {
  if (!isName(name)) throw new XmlError('name', `${JSON.stringify(name.slice(0, 80))} cannot be ${what}'s name.`)
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const reference = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot|apos));/g

/** The first `&` in `source` that begins no reference to a character or to one of the five entities of XML; -1 if none. */
export function badReference(source: string): number {
  for (let at = source.indexOf('&'); at !== -1; at = source.indexOf('&', reference.lastIndex)) {
    reference.lastIndex = at
    const match = reference.exec(source)
    if (match?.index !== at) return at
    const code = codeOf(match)
    if (code !== undefined && (code > 0x10ffff || foreign.test(String.fromCodePoint(code)))) return at
  }
  return -1
}

// A thousand digits are Infinity, which badReference refuses.
function codeOf([, hex, decimal]: RegExpExecArray): number | undefined {
  if (hex !== undefined) return Number.parseInt(hex, 16)
  return decimal === undefined ? undefined : Number.parseInt(decimal, 10)
}

const resolve = (source: string): string =>
  source.replaceAll(reference, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return named[name]!
    return String.fromCodePoint(hex === undefined ? Number.parseInt(decimal!, 10) : Number.parseInt(hex, 16))
  })

/** The value of source text: line ends become LF, then references are resolved. */
export function decodeText(source: string): string {
  const text = source.includes('\r') ? source.replaceAll(/\r\n?/g, '\n') : source
  return text.includes('&') ? resolve(text) : text
}

/** The value of an attribute's source: white space that is not a reference becomes a blank. */
export function decodeAttribute(source: string): string {
  const text = /[\t\r\n]/.test(source) ? source.replaceAll(/\r\n|[\t\r\n]/g, ' ') : source
  return text.includes('&') ? resolve(text) : text
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
const escape = (char: string): string => escapes[char]!

export const encodeText = (text: string): string => text.replaceAll(/[&<>\r]/g, escape)

export const encodeAttribute = (text: string, quote: "'" | '"'): string =>
  text.replaceAll(quote === "'" ? /[&<>'\t\n\r]/g : /[&<>"\t\n\r]/g, escape)
