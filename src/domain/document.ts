import { parse, type XmlElement } from '@floe/xml'

/** A well-formed document that is not what was asked for. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
}

/** The root of a document, which has to have that name. Throws `XmlError` or `DocumentError`. */
export function rootOf(document: string | XmlElement, name: string): XmlElement {
  const root = typeof document === 'string' ? parse(document).root : document
  if (root.localName === name) return root
  throw new DocumentError(`The document is a <${root.name.slice(0, 80)}>, not a <${name}>.`)
}

/** The text at a path; `undefined` where nothing or only white space stands. */
export function textAt(element: XmlElement | undefined, path: string): string | undefined {
  const text = element?.at(path)?.text().trim()
  return text === '' ? undefined : text
}

/** A whole number written in decimal digits; anything else is `undefined`. */
export function toInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*-?[0-9]+\s*$/.test(text) ? Number(text) : undefined
}

/** A port that is in use: libvirt writes -1 for one that it chooses later. */
export function toPort(text: string | undefined): number | undefined {
  const port = toInteger(text)
  return port !== undefined && port > 0 ? port : undefined
}

export const isOn = (text: string | undefined): boolean => text === 'yes' || text === 'on'
