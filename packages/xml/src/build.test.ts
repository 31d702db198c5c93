import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  canonical,
  element,
  format,
  isElement,
  leafText,
  parse,
  textProblem,
  type XmlElement,
  XmlError,
} from './index.ts'

const name = fc.stringMatching(/^[A-Za-z_:À-Ö][A-Za-z0-9._:À-Ö-]{0,8}$/)
const anyText = fc.string({ unit: 'binary', maxLength: 20 })
const text = anyText.filter((value) => textProblem(value) === undefined)
const attributes = fc.dictionary(name, text, { maxKeys: 4 })
const tree = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .tuple(name, attributes, fc.array(fc.oneof({ maxDepth: 4 }, text, tie('tree')), { maxLength: 5 }))
    .map(([name, attributes, children]) => element(name, attributes, ...children)),
})).tree

/** Names, values and texts without the way they are written; texts that touch are one. */
type Shape = { name: string; attributes: Record<string, string>; content: (string | Shape)[] }
function shapeOf(root: XmlElement): Shape {
  const content: (string | Shape)[] = []
  for (const node of root.content) {
    const piece = isElement(node) ? shapeOf(node) : leafText(node)
    const last = content.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') content[content.length - 1] = last + piece
    else content.push(piece)
  }
  return {
    name: root.name,
    attributes: Object.fromEntries(root.attributes.map((one) => [one.name, root.attr(one.name)!])),
    content,
  }
}

test('a random tree is the same after print and parse', () => {
  fc.assert(
    fc.property(tree, (root) => {
      const read = parse(root.toString()).root
      expect(shapeOf(read)).toEqual(shapeOf(root))
      expect(read.text()).toBe(root.text())
      expect(read.toString()).toBe(root.toString())
      expect(root.clone().toString()).toBe(root.toString())
    }),
    { numRuns: 500 },
  )
})

const trick = fc.constantFrom('"', "'", '<x/>', ']]>', '-->', '&amp;', '&#10;', '\r\n', '\t', '?>', '<!DOCTYPE a>')
const withText = (value: string): XmlElement =>
  element('a', { b: value, c: '1' }, element('d', {}, value), element('e', {}, value, value))

test('any text stays text', () => {
  fc.assert(
    fc.property(fc.oneof(text, trick), (value) => {
      const { root } = parse(withText(value).toString())
      expect(root.attr('b')).toBe(value)
      expect(root.attributes.map((one) => one.name)).toEqual(['b', 'c'])
      expect(root.children().map((one) => one.name)).toEqual(['d', 'e'])
      expect(root.child('d')!.text()).toBe(value)
      expect(root.child('e')!.text()).toBe(value + value)
    }),
    { numRuns: 2000 },
  )
})

test('any other string is refused', () => {
  const foreign = fc.constantFrom('\u0000', '\u001b', '\u0008', '\ud800', '\udfff', '\ufffe', '\uffff')
  fc.assert(
    fc.property(text, foreign, text, (before, bad, after) => {
      expect(() => withText(`${before} ${bad} ${after}`)).toThrow(XmlError)
    }),
  )
})

test('random edits change only what they name', () => {
  fc.assert(
    fc.property(tree, name, text, (root, name, value) => {
      const before = root.toString()
      const old = root.attr(name)
      root.setAttr(name, value)
      expect(root.attr(name)).toBe(value)
      root.setAttr(name, old)
      expect(parse(root.toString()).root.attr(name)).toBe(old)
      expect(root.toString()).toBe(before)
      const child = element('added', {}, element('inner'))
      root.append(child)
      root.remove(child)
      expect(root.text().replaceAll(/\s/g, '')).toBe(parse(before).root.text().replaceAll(/\s/g, ''))
    }),
    { numRuns: 500 },
  )
})

test('names that are none and characters XML cannot carry are refused in a sentence', () => {
  for (const bad of ['', ' ', 'a b', '1', 'a>', 'a\n', '<']) {
    expect(() => element(bad)).toThrow(XmlError)
    expect(() => element('a', { [bad]: '1' })).toThrow(XmlError)
    expect(() => element('a').setAttr(bad, '1')).toThrow(XmlError)
  }
  expect(() => element('a', { b: 'x\u0007' })).toThrow(
    'The attribute b has the character U+0007 (a control character) at position 2, which XML cannot carry; remove it.',
  )
  expect(() => element('a', {}, '\udc00')).toThrow('half of a surrogate pair')
})

test('what is undefined is left out; numbers and flags are written', () => {
  const made = element(
    'a',
    { b: undefined, c: 1, d: true, e: 2n ** 64n },
    undefined,
    ['x', undefined, [element('b')]],
    '',
  )
  expect(made.toString()).toBe("<a c='1' d='true' e='18446744073709551616'>x<b/></a>")
})

test('format puts elements on lines of their own, and leaves texts alone', () => {
  const made = element(
    'a',
    {},
    element('b', {}, element('c')),
    element('d', {}, ' x '),
    element('e', {}, 'y', element('f')),
  )
  expect(format(made)).toBe('<a>\n  <b>\n    <c/>\n  </b>\n  <d> x </d>\n  <e>y<f/></e>\n</a>\n')
  expect(made.toString()).toBe('<a><b><c/></b><d> x </d><e>y<f/></e></a>')
})

test('the canonical form is one for all ways to write a document', () => {
  const one = `<?xml version="1.0"?><a y='1'  x="&#65;&apos;"><!-- c --><b></b>\n\n<c> t </c><d>&#60;<![CDATA[&]]></d></a>`
  const two = `<a x="A'"\n y="1">\r\n<b/>\t<c> t </c><d>&lt;&amp;</d><?pi?></a>`
  const same = `<a x="A'" y="1">\n  <b/>\n  <c> t </c>\n  <d>&lt;&amp;</d>\n</a>\n`
  expect(canonical(parse(one).root)).toBe(same)
  expect(canonical(parse(two).root)).toBe(same)
  expect(canonical(parse('<a> x <b/> </a>').root)).toBe('<a> x <b/> </a>\n')
})

test('the canonical form is its own canonical form and keeps every value', () => {
  fc.assert(
    fc.property(tree, (root) => {
      const once = canonical(root)
      const again = parse(once).root
      expect(canonical(again)).toBe(once)
      for (const key of root.attributes) expect(again.attr(key.name)).toBe(root.attr(key.name))
      expect(again.text().replaceAll(/\s/g, '')).toBe(root.text().replaceAll(/\s/g, ''))
    }),
    { numRuns: 500 },
  )
})
