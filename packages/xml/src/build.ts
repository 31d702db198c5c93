import { newAttribute } from './attribute.ts'
import { checkName } from './characters.ts'
import { XmlElement } from './element.ts'
import { layOut } from './layout.ts'
import { textLeaf, type XmlNode } from './leaf.ts'

export type XmlValue = string | number | bigint | boolean
export type XmlChild = XmlElement | XmlValue | undefined | readonly XmlChild[]

/** A new element. Values become text, whatever they hold; what is `undefined` is left out. Throws `XmlError` for
 *  characters that XML 1.0 cannot carry and for malformed names.
 *
 *  `element('disk', { type: 'file' }, element('source', { file: path }))` */
export function element(
  name: string,
  attributes: Readonly<Record<string, XmlValue | undefined>> = {},
  ...children: readonly XmlChild[]
): XmlElement {
  checkName(name, 'an element')
  const written = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return []
    checkName(key, 'an attribute')
    return [newAttribute(key, String(value))]
  })
  return new XmlElement(name, written, children.flatMap(nodesOf))
}

function nodesOf(child: XmlChild): XmlNode[] {
  if (child === undefined || child === '') return []
  if (child instanceof XmlElement) return [child]
  return isList(child) ? child.flatMap(nodesOf) : [textLeaf(String(child))]
}

const isList = (child: XmlChild): child is readonly XmlChild[] => Array.isArray(child)

/** An element's source, each child on a line of its own where an element holds nothing but elements; ends with a line end. */
export function format(root: XmlElement, indent = '  '): string {
  const copy = root.clone()
  layOut(copy, '\n', indent)
  return `${copy.toString()}\n`
}
