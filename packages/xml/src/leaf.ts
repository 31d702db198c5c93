import { checkCharacters, decodeText, encodeText, isBlank } from './characters.ts'
import type { XmlElement } from './element.ts'

/** What is not an element, kept as its source: `&amp;` in a text, `<![CDATA[`, `<!--` and `<?` with their ends. */
export type XmlLeaf = {
  readonly kind: 'text' | 'cdata' | 'comment' | 'instruction'
  readonly source: string
}

export type XmlNode = XmlElement | XmlLeaf

/** A text leaf of a value; every character that would be markup is escaped. */
export function textLeaf(value: string): XmlLeaf {
  checkCharacters(value, 'A text')
  return { kind: 'text', source: encodeText(value) }
}

/** The characters a leaf adds to its element's text: none for comments and instructions. */
export function leafText(leaf: XmlLeaf): string {
  if (leaf.kind === 'text') return decodeText(leaf.source)
  if (leaf.kind === 'cdata') return leaf.source.slice('<![CDATA['.length, -']]>'.length).replaceAll(/\r\n?/g, '\n')
  return ''
}

export const isGap = (node: XmlNode | undefined): node is XmlLeaf => node?.kind === 'text' && isBlank(node.source)
