import type { XmlElement } from './element.ts'
import { isGap, type XmlLeaf } from './leaf.ts'

const gapOf = (source: string): XmlLeaf => ({ kind: 'text', source })

/** The white space in front of a new child of `parent`; `undefined` where children stand on the parent's own line. */
export function indentOf(parent: XmlElement): XmlLeaf | undefined {
  const { content } = parent
  const texts = content.filter((node) => node.kind === 'text' || node.kind === 'cdata')
  if (!texts.every(isGap)) return undefined
  const last = content.findLastIndex((node) => node.kind === 'element')
  if (last !== -1) {
    const before = content[last - 1]
    return isGap(before) ? lastLine(before.source) : undefined
  }
  const own = parent.parent && indentOf(parent.parent)
  return own && gapOf(own.source + unitOf(parent.parent))
}

/** One level of indentation around `element`: what its children stand further in than itself; two blanks if unknown. */
export function unitOf(element: XmlElement | undefined): string {
  if (!element) return '  '
  const own = ownIndent(element)
  const first = element.content.findIndex((node) => node.kind === 'element')
  const before = first > 0 ? element.content[first - 1] : undefined
  const inner = isGap(before) ? lastLine(before.source)?.source : undefined
  if (own === undefined || inner === undefined) return element.parent ? unitOf(element.parent) : '  '
  return inner.startsWith(own) && inner.length > own.length ? inner.slice(own.length) : '  '
}

function ownIndent(element: XmlElement): string | undefined {
  if (!element.parent) return '\n'
  const siblings = element.parent.content
  const before = siblings[siblings.indexOf(element) - 1]
  return isGap(before) ? lastLine(before.source)?.source : undefined
}

// A blank line between two children is not part of the indentation.
function lastLine(source: string): XmlLeaf | undefined {
  const at = source.lastIndexOf('\n')
  return at === -1 ? undefined : gapOf(source.slice(source[at - 1] === '\r' ? at - 1 : at))
}

/** Puts each child on a line of its own, all the way down, where an element holds nothing but elements.
 *  `gap` is the line end and indentation in front of `element` itself. */
export function layOut(element: XmlElement, gap: string, unit: string): void {
  const children = element.content.filter((node) => node.kind === 'element')
  if (children.length === 0 || element.content.some((node) => node.kind === 'text' || node.kind === 'cdata')) return
  const inner = gapOf(gap + unit)
  const nodes = element.content.flatMap((node) => [inner, node])
  element.splice(0, element.content.length, [...nodes, gapOf(gap)])
  for (const child of children) layOut(child, inner.source, unit)
}
