import type { XmlAttribute } from './attribute.ts'
import { badReference, describeCharacter, foreignCharacter, isBlank, nameEnd } from './characters.ts'
import { XmlDocument } from './document.ts'
import { XmlElement } from './element.ts'
import type { XmlLeaf, XmlNode } from './leaf.ts'
import { placeOf, XmlError, type XmlErrorCode } from './xml-error.ts'

export type ParseLimits = {
  /** UTF-16 units (or bytes, of a byte array); 4 Mi without it, which is libvirt's own limit for a document. */
  readonly maxLength?: number
  /** Elements inside each other; 256 without it, at most 1000. */
  readonly maxDepth?: number
  /** Elements, attributes, texts, comments and instructions together; 400,000 without it. */
  readonly maxNodes?: number
  /** Attributes of one element; 1000 without it. */
  readonly maxAttributes?: number
}

const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:'1\.[0-9]+'|"1\.[0-9]+")(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:'[A-Za-z][\w.-]*'|"[A-Za-z][\w.-]*"))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:'(?:yes|no)'|"(?:yes|no)"))?[ \t\r\n]*\?>$/

type Open = {
  readonly name: string
  readonly at: number
  readonly attributes: XmlAttribute[]
  readonly tail: string
  readonly content: XmlNode[]
}

/** Walks over one document, token by token. */
export class Parser {
  readonly #text: string
  readonly #maxDepth: number
  readonly #maxNodes: number
  readonly #maxAttributes: number
  readonly #prolog: XmlLeaf[] = []
  readonly #epilog: XmlLeaf[] = []
  readonly #open: Open[] = []
  #root: XmlElement | undefined
  #at = 0
  #nodes = 0

  constructor(text: string, limits: ParseLimits) {
    this.#text = text
    this.#maxDepth = Math.min(limits.maxDepth ?? 256, 1000) // printing and reading recurse
    this.#maxNodes = limits.maxNodes ?? 400_000
    this.#maxAttributes = limits.maxAttributes ?? 1000
  }

  /** The whole text's length, in UTF-16 units. */
  get length(): number {
    return this.#text.length
  }

  /** Before the first token: refuses characters that XML cannot carry, up to `to`; answers how far it has come, which
   *  may be one more so that no pair of surrogates is cut. */
  checkCharacters(from: number, to: number): number {
    const text = this.#text
    const high = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800
    const end = high ? to + 1 : to
    const whole = from === 0 && end >= text.length
    const foreign = foreignCharacter(whole ? text : text.slice(from, end))
    if (foreign !== -1) {
      const at = from + foreign
      this.#fail('character', `The character ${describeCharacter(text, at)} cannot stand in XML.`, at)
    }
    return end
  }

  /** One token more; false at the end. */
  next(): boolean {
    if (this.#at >= this.#text.length) return false
    if (this.#at === 0 && this.#text.charCodeAt(0) === 0xfeff) this.#leaf('text', 1)
    else this.#next()
    return true
  }

  /** What was read, after the last token. */
  document(): XmlDocument {
    const open = this.#open.at(-1)
    if (open) this.#fail('tag', `<${open.name}> is never closed.`, open.at)
    const root = this.#root ?? this.#fail('document', 'The document has no element.', this.#text.length)
    return new XmlDocument(this.#prolog, root, this.#epilog)
  }

  #next(): void {
    const text = this.#text
    if (text.charCodeAt(this.#at) !== 60) return this.#characters()
    const second = text.charCodeAt(this.#at + 1)
    if (second === 47) return this.#endTag()
    if (second === 63) return this.#instruction()
    if (second !== 33) return this.#startTag()
    if (text.startsWith('<!--', this.#at)) return this.#comment()
    if (text.startsWith('<![CDATA[', this.#at)) return this.#cdata()
    if (text.startsWith('<!DOCTYPE', this.#at)) {
      return this.#fail(
        'dtd',
        'Documents with a document type or entities of their own are refused; remove <!DOCTYPE …>.',
      )
    }
    return this.#fail('markup', '"<!" begins neither a comment nor a CDATA section here.')
  }

  #characters(): void {
    const next = this.#text.indexOf('<', this.#at)
    const end = next === -1 ? this.#text.length : next
    const source = this.#text.slice(this.#at, end)
    if (this.#open.length === 0 && !isBlank(source)) {
      const offset = this.#at + source.search(/[^ \t\r\n]/)
      this.#fail('document', `There is text ${this.#root ? 'after' : 'before'} the root element.`, offset)
    }
    if (source.includes('&')) this.#checkReferences(source, this.#at)
    if (source.includes(']]>')) {
      this.#fail('markup', '"]]>" cannot stand in a text; write "]]&gt;".', this.#at + source.indexOf(']]>'))
    }
    this.#leaf('text', end)
  }

  #comment(): void {
    const end = this.#find('-->', 4, 'This comment never ends.')
    const dashes = this.#text.slice(this.#at + 4, end + 1).indexOf('--')
    if (dashes !== -1) this.#fail('markup', '"--" cannot stand in a comment.', this.#at + 4 + dashes)
    this.#leaf('comment', end + 3)
  }

  #cdata(): void {
    if (this.#open.length === 0) this.#fail('document', 'A CDATA section cannot stand outside the root element.')
    this.#leaf('cdata', this.#find(']]>', 9, 'This CDATA section never ends.') + 3)
  }

  #instruction(): void {
    const end = this.#find('?>', 2, 'This processing instruction never ends.') + 2
    const source = this.#text.slice(this.#at, end)
    const afterName = nameEnd(source, 2)
    const target = source.slice(2, afterName)
    if (target === '') this.#fail('name', 'A processing instruction begins with a name.')
    const isFirst = this.#at === 0 || (this.#at === 1 && this.#text.charCodeAt(0) === 0xfeff)
    if (target.toLowerCase() === 'xml') {
      if (!isFirst || target !== 'xml') this.#fail('markup', 'An XML declaration stands only at the very beginning.')
      if (!declaration.test(source))
        this.#fail('markup', 'The XML declaration is malformed; write <?xml version="1.0"?>.')
    } else if (
      !/^[ \t\r\n?]$/.test(source[afterName]!) ||
      (source[afterName] === '?' && afterName !== source.length - 2)
    ) {
      this.#fail('name', `A blank is missing after <?${target}.`)
    }
    this.#leaf('instruction', end)
  }

  #startTag(): void {
    const from = this.#at
    if (this.#root) this.#fail('document', 'A document has one root element; this is a second one.')
    const name = this.#name('an element', from + 1)
    const attributes = this.#attributes(name)
    const tail = this.#blanks()
    const short = this.#text.startsWith('/>', this.#at)
    if (!short && this.#text.charCodeAt(this.#at) !== 62) this.#fail('tag', `The tag <${name}> has no ">" here.`)
    this.#at += short ? 2 : 1
    this.#count(from)
    if (this.#open.length >= this.#maxDepth) {
      this.#fail('limit', `Elements stand more than ${this.#maxDepth} deep.`, from)
    }
    if (short) this.#close({ name, at: from, attributes, tail, content: [] }, '', true)
    else this.#open.push({ name, at: from, attributes, tail, content: [] })
  }

  #endTag(): void {
    const from = this.#at
    const name = this.#name('an element', from + 2)
    const tail = this.#blanks()
    if (this.#text.charCodeAt(this.#at) !== 62) this.#fail('tag', `The tag </${name}> has no ">" here.`)
    this.#at++
    const open = this.#open.pop() ?? this.#fail('tag', `</${name}> closes nothing.`, from)
    if (open.name !== name) {
      const { line, column } = placeOf(this.#text, open.at)
      this.#fail('tag', `</${name}> closes <${open.name}> of line ${line}, column ${column}.`, from)
    }
    this.#close(open, tail, false)
  }

  #close({ name, attributes, content, tail }: Open, closeTail: string, short: boolean): void {
    const element = new XmlElement(name, attributes, content, { openTail: tail, closeTail, short })
    const parent = this.#open.at(-1)
    if (parent) parent.content.push(element)
    else this.#root = element
  }

  #attributes(element: string): XmlAttribute[] {
    const found: XmlAttribute[] = []
    let seen: Set<string> | undefined
    for (;;) {
      const from = this.#at
      const lead = this.#blanks()
      const code = this.#text.charCodeAt(this.#at)
      if (code === 62 || code === 47 || !(code >= 0)) {
        this.#at = from
        return found
      }
      if (lead === '') this.#fail('attribute', `A blank is missing before an attribute of <${element}>.`)
      const at = this.#at
      const attribute = this.#attribute(lead)
      const { name } = attribute
      if (seen ? seen.has(name) : found.some((one) => one.name === name)) {
        this.#fail('duplicate-attribute', `<${element}> has the attribute ${name} twice.`, at)
      }
      found.push(attribute)
      if (found.length > this.#maxAttributes) {
        this.#fail('limit', `<${element}> has more than ${this.#maxAttributes} attributes.`, at)
      }
      // A set from the start costs a fifth of the whole parse; without one, 10^5 attributes take 10^10 comparisons.
      if (seen) seen.add(name)
      else if (found.length === 16) seen = new Set(found.map((one) => one.name))
    }
  }

  #attribute(lead: string): XmlAttribute {
    this.#count(this.#at)
    const name = this.#name('an attribute', this.#at)
    const from = this.#at
    this.#blanks()
    if (this.#text.charCodeAt(this.#at) !== 61) this.#fail('attribute', `The attribute ${name} has no value.`)
    this.#at++
    this.#blanks()
    const equals = this.#text.slice(from, this.#at)
    const quote = this.#text[this.#at]
    if (quote !== "'" && quote !== '"') return this.#fail('attribute', `The value of ${name} has no quotes.`)
    const end = this.#find(quote, 1, `The value of ${name} never ends.`)
    const source = this.#text.slice(this.#at + 1, end)
    if (source.includes('<')) {
      this.#fail(
        'attribute',
        `"<" cannot stand in the value of ${name}; write "&lt;".`,
        this.#at + 1 + source.indexOf('<'),
      )
    }
    if (source.includes('&')) this.#checkReferences(source, this.#at + 1)
    this.#at = end + 1
    return { name, lead, equals, quote, source }
  }

  #name(what: string, from: number): string {
    const end = nameEnd(this.#text, from)
    if (end === from)
      this.#fail(
        'name',
        `The name of ${what} is missing here, or begins with a character that no name begins with.`,
        from,
      )
    this.#at = end
    return this.#text.slice(from, end)
  }

  #blanks(): string {
    const from = this.#at
    for (let code = this.#text.charCodeAt(from); code === 32 || code === 10 || code === 9 || code === 13;) {
      code = this.#text.charCodeAt(++this.#at)
    }
    return this.#text.slice(from, this.#at)
  }

  #find(what: string, skip: number, otherwise: string): number {
    const found = this.#text.indexOf(what, this.#at + skip)
    if (found === -1) this.#fail('markup', otherwise)
    return found
  }

  #leaf(kind: XmlLeaf['kind'], end: number): void {
    this.#count(this.#at)
    const leaf: XmlLeaf = { kind, source: this.#text.slice(this.#at, end) }
    this.#at = end
    const open = this.#open.at(-1)
    if (open) open.content.push(leaf)
    else (this.#root ? this.#epilog : this.#prolog).push(leaf)
  }

  #checkReferences(source: string, from: number): void {
    const bad = badReference(source)
    if (bad === -1) return
    // What stands there is not shown: it may be part of a password.
    this.#fail(
      'reference',
      'This "&" begins no reference to a character; write "&amp;" for the sign itself.',
      from + bad,
    )
  }

  #count(at: number): void {
    if (++this.#nodes > this.#maxNodes) this.#fail('limit', `The document has more than ${this.#maxNodes} nodes.`, at)
  }

  #fail(code: XmlErrorCode, sentence: string, at = this.#at): never {
    // A name can be as long as the document.
    const short = sentence.length > 300 ? `${sentence.slice(0, 300)}….` : sentence
    throw new XmlError(code, short, placeOf(this.#text, at))
  }
}
