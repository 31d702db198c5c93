import { attributeValue } from './attribute.ts'
import { encodeAttribute, encodeText, isBlank } from './characters.ts'
import type { XmlElement } from './element.ts'
import { leafText } from './leaf.ts'

/** One text for all documents that mean the same: attributes sorted by name, two blanks of indentation, white space
 *  between elements, comments, instructions, quotes and the way characters are escaped left out. For hashes and history.
 *  White space is kept where an element holds only text, or text and elements mixed. */
export function canonical(root: XmlElement): string {
  return `${write(root, '\n')}\n`
}

/** `gap` is the line end and indentation in front; `undefined` inside mixed content, where every blank counts. */
function write(element: XmlElement, gap: string | undefined): string {
  const tag = `${element.name}${attributes(element)}`
  const pieces = piecesOf(element)
  if (pieces.length === 0) return `<${tag}/>`
  const mixed = gap === undefined || pieces.some((piece) => typeof piece === 'string' && !isBlank(piece))
  const holdsElements = pieces.some((piece) => typeof piece !== 'string')
  if (mixed || !holdsElements) {
    const inner = pieces.map((piece) => (typeof piece === 'string' ? encodeText(piece) : write(piece, undefined)))
    return `<${tag}>${inner.join('')}</${element.name}>`
  }
  const inner = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [`${gap}  ${write(piece, `${gap}  `)}`]))
  return `<${tag}>${inner.join('')}${gap}</${element.name}>`
}

function attributes(element: XmlElement): string {
  const sorted = element.attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return sorted.map((one) => ` ${one.name}="${encodeAttribute(attributeValue(one), '"')}"`).join('')
}

// Texts that touch are one, whether written plainly, as CDATA, or with a comment between.
function piecesOf(element: XmlElement): (string | XmlElement)[] {
  const pieces: (string | XmlElement)[] = []
  for (const node of element.content) {
    const piece = node.kind === 'element' ? node : leafText(node)
    const last = pieces.at(-1)
    if (piece === '') continue
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece
    else pieces.push(piece)
  }
  return pieces
}
