/** Which sequences only draw. A list of what is let through and not of what is kept out: terminals learn new questions
 *  to answer, and an unknown one must not be the way in. */

/** After `ESC [`. Not: c (device attributes), n (status), t (window and title reports), x, u with a prefix (keyboard
 *  protocol), $p (mode report), q with > (version), i (printing), y, w, S with ? (graphics report). */
export function isHarmlessCsi(body: string): boolean {
  const match = /^([<=>?]?)([\d;:]*)([ -/]*)([@-~])$/.exec(body)
  if (match === null) return false
  const [, prefix, params, between, final] = match as unknown as [string, string, string, string, string]
  switch (prefix + between) {
    case '':
      if (final === 'T') return !params.includes(';') // with five it is a kind of mouse tracking that stops the terminal
      return '@ABCDEFGHIJKLMPSXZ`abdefghlmrsu'.includes(final)
    case '?':
      if (final === 'h' || final === 'l') return params.split(';').every((mode) => !answeringModes.has(Number(mode)))
      return 'JKrs'.includes(final)
    case '!':
      return final === 'p' // soft reset
    case ' ':
      return final === 'q' // shape of the cursor
    case '"':
      return final === 'q' // protected characters
    default:
      return false
  }
}

/** Modes in which the terminal writes by itself: focus, colour scheme, its own size. Mouse and bracketed paste stay: they
 *  tell only what the user does in this terminal. */
const answeringModes: ReadonlySet<number> = new Set([1004, 2031, 2048])

/** After ESC. Not: Z (identify), %@ (leave UTF-8), SP F and SP G (8-bit answers). */
export const isHarmlessEscape = (body: string): boolean => /^(?:[78=>cDEHMNO]|[()*+][0-9A-Za-z<>]|#[34568])$/.test(body)

/** After `ESC ]`: the title, as plain text. Not: 52 (clipboard), colours (a question among them is answered), links. */
export const isHarmlessTitle = (body: string): boolean => /^[012];[^\p{Cc}]{0,256}$/u.test(body)
