import { checkCharacters, decodeAttribute, encodeAttribute } from './characters.ts'

/** One attribute as its source: `lead`, name, `equals`, quote, `source`, quote. */
export type XmlAttribute = {
  readonly name: string
  /** The white space before it. */
  readonly lead: string
  /** `=` with the white space around it. */
  readonly equals: string
  readonly quote: "'" | '"'
  /** Between the quotes, references unresolved. */
  readonly source: string
}

export const attributeValue = (attribute: XmlAttribute): string => decodeAttribute(attribute.source)

/** `like` with another value: its place, spacing and quotes stay. */
export function withValue(like: XmlAttribute, value: string): XmlAttribute {
  checkCharacters(value, `The attribute ${like.name}`)
  return { ...like, source: encodeAttribute(value, like.quote) }
}

/** An attribute that stands after `last` in its style; libvirt's own style where there is none. */
export function newAttribute(name: string, value: string, last?: XmlAttribute): XmlAttribute {
  const blank = { name, lead: last?.lead ?? ' ', equals: '=', quote: last?.quote ?? "'", source: '' } as const
  return withValue(blank, value)
}
