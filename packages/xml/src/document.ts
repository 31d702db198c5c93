import type { XmlElement } from './element.ts'
import type { XmlLeaf } from './leaf.ts'

/** A whole document: its root, and what stands before and after it. */
export class XmlDocument {
  /** XML declaration, comments, instructions and white space. */
  readonly prolog: readonly XmlLeaf[]
  readonly root: XmlElement
  readonly epilog: readonly XmlLeaf[]

  constructor(prolog: readonly XmlLeaf[], root: XmlElement, epilog: readonly XmlLeaf[]) {
    this.prolog = prolog
    this.root = root
    this.epilog = epilog
  }

  /** The source. */
  toString(): string {
    const around = (leaves: readonly XmlLeaf[]): string => leaves.map((leaf) => leaf.source).join('')
    return around(this.prolog) + this.root.toString() + around(this.epilog)
  }
}
