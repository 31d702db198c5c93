import { isHarmlessCsi, isHarmlessEscape, isHarmlessTitle } from './terminal-rules.ts'

/** Passes what a guest writes to a terminal, without what would write the clipboard or make the terminal answer as if
 *  its user had typed: the guest could otherwise type into whatever the viewer looks at. Only sequences known to be
 *  harmless pass, written anew in their 7-bit form, each whole. The output is valid UTF-8 whatever comes in.
 *  Resumable: bytes may be split anywhere. Sources: ECMA-48, xterm's control sequences, the VT500 parser. */
export type TerminalFilter = { write(bytes: Uint8Array): Buffer }

type State = 'ground' | 'escape' | 'csi' | 'osc' | 'string'

/** Longer ones are no sequences but noise, and may not grow. */
const longestCsi = 256
const longestString = 4096

const ESC = '\u001b'

export function createTerminalFilter(): TerminalFilter {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let state: State = 'ground'
  let held = ''
  let out = ''

  const enter = (next: State): void => {
    state = next
    held = ''
  }
  const endString = (): void => {
    if (state === 'osc' && isHarmlessTitle(held)) out += `${ESC}]${held}\u0007`
    enter('ground')
  }

  /** Of what begins anywhere: controls act inside sequences too. True when the character was one. */
  const control = (char: string, code: number): boolean => {
    const inString = state === 'osc' || state === 'string'
    if (code === 0x1b) {
      if (inString) endString()
      enter('escape')
    } else if (code === 0x18 || code === 0x1a) enter('ground')
    else if (inString && (code === 0x07 || code === 0x9c)) endString()
    else if (code >= 0x80 && code < 0xa0) {
      if (inString) endString()
      eightBit(code)
    } else if (code < 0x20) {
      if (!inString && passes.has(code)) out += char
    } else return code === 0x7f
    return true
  }
  const eightBit = (code: number): void => {
    enter('ground')
    if (code === 0x9b) enter('csi')
    else if (code === 0x9d) enter('osc')
    else if (code === 0x90 || code === 0x98 || code === 0x9e || code === 0x9f) enter('string')
    else if (code === 0x84 || code === 0x85 || code === 0x88 || code === 0x8d) {
      out += ESC + String.fromCharCode(code - 0x40)
    }
  }

  const escape = (char: string): void => {
    if (held === '' && char === '[') return enter('csi')
    if (held === '' && char === ']') return enter('osc')
    if (held === '' && 'PX^_'.includes(char)) return enter('string')
    held += char
    if (char >= ' ' && char <= '/' && held.length < 3) return
    if (isHarmlessEscape(held)) out += ESC + held
    enter('ground')
  }
  const csi = (char: string): void => {
    held += char
    if (char >= '@' && char <= '~') {
      if (isHarmlessCsi(held)) out += `${ESC}[${held}`
      enter('ground')
    } else if (char > '~' || held.length > longestCsi) enter('ground')
  }

  const take = (char: string): void => {
    if (control(char, char.codePointAt(0)!)) return
    switch (state) {
      case 'ground':
        out += char
        return
      case 'escape':
        return escape(char)
      case 'csi':
        return csi(char)
      case 'osc':
      case 'string':
        held += char
        if (held.length > longestString) enter('ground')
    }
  }
  return {
    write: (bytes) => {
      out = ''
      const text = decoder.decode(bytes, { stream: true })
      for (let at = 0; at < text.length;) {
        // Plain text passes in one piece: a guest may pour megabytes.
        const end = state === 'ground' ? plainEnd(text, at) : at
        out += text.slice(at, end)
        if (end === text.length) break
        const char = String.fromCodePoint(text.codePointAt(end)!)
        take(char)
        at = end + char.length
      }
      return Buffer.from(out)
    },
  }
}

function plainEnd(text: string, from: number): number {
  const controls = /[\u0000-\u001f\u007f-\u009f]/g
  controls.lastIndex = from
  return controls.exec(text)?.index ?? text.length
}

/** BEL, BS, HT, LF, VT, FF, CR, SO, SI. Not ENQ, which asks for the answerback, nor XON and XOFF. */
const passes: ReadonlySet<number> = new Set([0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f])
