import { readdirSync, readFileSync } from 'node:fs'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parse, XmlError, type XmlErrorCode } from './index.ts'

const corpus = new URL('../corpus/', import.meta.url)
const documents = readdirSync(corpus, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.xml'))
  .map((name) => [name, readFileSync(new URL(name, corpus), 'utf8')] as const)

function refusalOf(text: string | Uint8Array): XmlError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof XmlError) return error
    throw error
  }
  throw new Error(`was accepted: ${JSON.stringify(text)}`)
}

test('the corpus has documents of two libvirts', () => {
  for (const version of ['libvirt-9.0.0/', 'libvirt-11.3.0/'])
    expect(documents.filter(([name]) => name.startsWith(version)).length).toBeGreaterThan(60)
})

test.each(documents)('%s prints byte for byte as it was read', (_, text) => {
  expect(parse(text).toString()).toBe(text)
  expect(parse(Buffer.from(text)).toString()).toBe(text)
})

/** What becomes of an input: never anything but its own bytes, or a refusal that is a sentence. */
function outcomeOf(input: string | Uint8Array): 'refused' | 'same' | 'changed' {
  try {
    const printed = parse(input).toString()
    return Buffer.from(printed).equals(Buffer.from(input as string)) ? 'same' : 'changed'
  } catch (error) {
    if (error instanceof XmlError && error.message.endsWith('.')) return 'refused'
    throw error
  }
}

test.each(documents)('%s cut anywhere is refused, or was whole already', (_, text) => {
  const step = Math.max(1, Math.floor(text.length / 50))
  for (let end = 0; end < text.length; end += step) expect(outcomeOf(text.slice(0, end))).not.toBe('changed')
})

const refused: readonly (readonly [XmlErrorCode, string])[] = [
  ['dtd', '<!DOCTYPE a><a/>'],
  ['dtd', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
  ['dtd', '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
  ['markup', '<a><!ENTITY x "y"></a>'],
  ['markup', '<!doctype a><a/>'],
  ['reference', '<a>&x;</a>'],
  ['reference', '<a b="&x;"/>'],
  ['reference', '<a>&</a>'],
  ['reference', '<a>a & b</a>'],
  ['reference', '<a>&#0;</a>'],
  ['reference', '<a>&#xD800;</a>'],
  ['reference', '<a>&#x110000;</a>'],
  ['reference', '<a>&#xFFFE;</a>'],
  ['reference', `<a>&#${'9'.repeat(500)};</a>`],
  ['reference', '<a>&#x;</a>'],
  ['reference', '<a>&#X41;</a>'],
  ['reference', '<a>&lt</a>'],
  ['character', '<a>\u0000</a>'],
  ['character', '<a b="\u001b"/>'],
  ['character', '<a>\ud800</a>'],
  ['character', '<a>\uffff</a>'],
  ['document', ''],
  ['document', ' \n'],
  ['document', '<!-- only -->'],
  ['document', '<a/><b/>'],
  ['document', '<a/>text'],
  ['document', 'text<a/>'],
  ['document', '<a/>&amp;'],
  ['document', '<a/><![CDATA[]]>'],
  ['document', '\uFEFF\uFEFF<a/>'],
  ['tag', '<a>'],
  ['tag', '<a><b></a>'],
  ['tag', '<a></b>'],
  ['tag', '</a>'],
  ['tag', '<a'],
  ['tag', '<a / >'],
  ['tag', '<a></a'],
  ['name', '<'],
  ['name', '< a/>'],
  ['name', '<1/>'],
  ['name', '<-a/>'],
  ['name', '<a></ a>'],
  ['name', '<\u00d7/>'],
  ['name', '<a 1="x"/>'],
  ['name', '<a "x"/>'],
  ['name', '<a><? x?></a>'],
  ['name', '<a><?x+?></a>'],
  ['attribute', '<a b/>'],
  ['attribute', '<a b=c/>'],
  ['attribute', '<a b="1"c="2"/>'],
  ['attribute', '<a b="<"/>'],
  ['duplicate-attribute', '<a b="1" b="1"/>'],
  ['markup', '<a b="1/>'],
  ['markup', '<a>]]></a>'],
  ['markup', '<a><!-- -- --></a>'],
  ['markup', '<a><!-- ---></a>'],
  ['markup', '<a><!--></a>'],
  ['markup', '<a><![CDATA[</a>'],
  ['markup', '<a><?x</a>'],
  ['markup', ' <?xml version="1.0"?><a/>'],
  ['markup', '<a><?xml version="1.0"?></a>'],
  ['markup', '<?XML version="1.0"?><a/>'],
  ['markup', '<?xml?><a/>'],
  ['markup', '<?xml encoding="UTF-8"?><a/>'],
  ['markup', '<?xml version="2.0"?><a/>'],
  ['markup', '<?xml version="1.0" standalone="maybe"?><a/>'],
]

test.each(refused)('%s: refuses %j', (code, text) => expect(refusalOf(text).code).toBe(code))

test('a duplicate is found among few and among many attributes', () => {
  for (const count of [1, 2, 15, 16, 17, 18, 40]) {
    const names = Array.from({ length: count }, (_, i) => ` a${i}=''`)
    for (const twice of names) expect(refusalOf(`<a${names.join('')}${twice}/>`).code).toBe('duplicate-attribute')
    expect(parse(`<a${names.join('')}/>`).root.attributes.length).toBe(count)
  }
})

test('a refusal tells line and column, whatever ends a line', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    expect(refusalOf(`<a>${end}  <b>${end}    <c x="1" x="2"/></b></a>`)).toMatchObject({ line: 3, column: 14 })
  }
  const mismatch = refusalOf('<domain>\n  <devices>\n  </disk>\n</domain>')
  expect(mismatch.message).toBe('Line 3, column 3: </disk> closes <devices> of line 2, column 3.')
})

test('a refusal is short, and shows no value', () => {
  expect(refusalOf(`<a><${'b'.repeat(100_000)}></a>`).message.length).toBeLessThan(400)
  expect(refusalOf("<a passwd='canary&canary'/>").message).not.toContain('canary')
})

test('bytes that are not UTF-8 are refused, and a byte order mark is kept', () => {
  expect(refusalOf(Uint8Array.of(60, 97, 0xff, 47, 62)).code).toBe('encoding')
  const marked = Buffer.from('\uFEFF<?xml version="1.0"?><a/>')
  expect(Buffer.from(parse(marked).toString())).toEqual(marked)
})

describe('limits', () => {
  test('too long, too deep and too many nodes are refused', () => {
    const limited = (text: string, limits: object) => () => parse(text, limits)
    expect(limited('<abc/>', { maxLength: 5 })).toThrow('has 6 characters; at most 5 are read')
    expect(limited('<a><b><c/></b></a>', { maxDepth: 2 })).toThrow('more than 2 deep')
    expect(limited('<a b="1" c="2"/>', { maxNodes: 2 })).toThrow('more than 2 nodes')
    expect(parse('<a><b><c/></b></a>', { maxDepth: 3 }).toString()).toBe('<a><b><c/></b></a>')
  })

  test('a million opened elements end in a sentence, not in an overflow', () => {
    expect(refusalOf('<a>'.repeat(1_000_000)).code).toBe('limit')
    expect(refusalOf('<a>'.repeat(257) + '</a>'.repeat(257)).message).toContain('256 deep')
  })

  test('what looks quadratic is linear', () => {
    const many = 100_000
    const attributes = Array.from({ length: many }, (_, i) => ` a${i}=''`).join('')
    const texts = `<a>${'x&amp;<b/>'.repeat(many)}</a>`
    expect(parse(`<a${attributes}/>`, { maxAttributes: many }).root.attributes.length).toBe(many)
    expect(refusalOf(`<a${attributes}/>`).message).toContain('<a> has more than 1000 attributes')
    expect(parse(texts).toString()).toBe(texts)
    expect(refusalOf(`<a>${'&amp;'.repeat(many)}&</a>`).code).toBe('reference')
    expect(refusalOf(`<a ${' '.repeat(many)}`).code).toBe('tag')
  }, 20_000)
})

test('random bytes and random markup end in a tree or an XmlError', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    '=',
    '"',
    "'",
    '&',
    ';',
    '!',
    '-',
    '[',
    ']',
    '?',
    ' ',
    '\n',
    'a',
    'xml',
    'CDATA',
    '#',
    'x41',
    '\u0000',
  )
  const markup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  const bytes = fc.uint8Array({ maxLength: 200 })
  const damaged = fc
    .tuple(fc.constantFrom(...documents), fc.nat(), fc.nat(20), fc.string({ unit: 'binary', maxLength: 5 }))
    .map(([[, text], at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut))
  fc.assert(
    fc.property(fc.oneof(markup, bytes, damaged), (input) => {
      expect(outcomeOf(input)).not.toBe('changed')
    }),
    { numRuns: 3000 },
  )
})
