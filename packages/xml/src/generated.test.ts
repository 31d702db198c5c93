import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { element, isElement, parse, parseInSlices, type XmlElement, XmlError } from './index.ts'
import { documentText } from './test/documents.ts'

let dir: string
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'floe-xml-'))))
afterAll(() => rmSync(dir, { recursive: true }))

/** Which of the texts libxml2 takes for well-formed. Namespaces are not its business here: it only warns of them. */
function wellFormed(texts: readonly string[]): boolean[] {
  texts.forEach((text, at) => writeFileSync(join(dir, `${at}.xml`), text))
  const files = texts.map((_, at) => `${at}.xml`)
  const { stderr } = spawnSync('xmllint', ['--nonet', '--noout', ...files], {
    cwd: dir,
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  })
  const bad = new Set([...stderr.matchAll(/^(\d+)\.xml:\d+: parser error/gm)].map((match) => Number(match[1])))
  return texts.map((_, at) => !bad.has(at))
}

test('every generated document prints byte for byte as it was read, and libxml2 takes it for one', () => {
  const texts = fc.sample(documentText, { numRuns: 400, seed: 20_26 })
  expect(wellFormed(texts)).toEqual(texts.map(() => true))
  fc.assert(
    fc.property(documentText, (text) => {
      expect(parse(text).toString()).toBe(text)
      expect(parse(Buffer.from(text)).toString()).toBe(text)
      expect(parse(text).root.clone().toString()).toBe(parse(text).root.toString())
    }),
    { numRuns: 3000 },
  )
})

test('what libxml2 refuses is refused, and what it takes is taken', () => {
  const wreck = fc.constantFrom(
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '--',
    ']]>',
    '?>',
    '<a>',
    '</a>',
    '=',
    ' ',
    'x',
    '&x;',
    '\u0001',
    '',
  )
  const wrecked = fc
    .tuple(documentText, fc.nat(), fc.nat(3), wreck)
    .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut))
    // Half a surrogate pair never reaches a file; versions and encodings are a matter of their own, and of a wrecked
    // declaration libxml2 reads what it can.
    .filter(
      (text) =>
        text.isWellFormed() &&
        hasWholeDeclaration(text) &&
        !/<!DOCTYPE|version\s*=\s*['"](?!1\.0)|encoding\s*=\s*['"](?!utf-8['"])/i.test(text),
    )
  // The same texts each time: what libxml2 lets pass beyond the standard is its own affair, and not news on some other day.
  const texts = fc.sample(wrecked, { numRuns: 1500, seed: 20_261_121 })
  const differences = wellFormed(texts).flatMap((theirs, at) =>
    theirs === accepted(texts[at]!) ? [] : [[theirs, texts[at]]],
  )
  expect(differences).toEqual([])
})

/** None, or one in which nothing is missing. */
const hasWholeDeclaration = (text: string): boolean =>
  !/^\uFEFF?<\?xml\s/.test(text) ||
  /^\uFEFF?<\?xml\s+version\s*=\s*(["'])1\.0\1(\s+encoding\s*=\s*(["'])utf-8\3)?(\s+standalone\s*=\s*(["'])(yes|no)\5)?\s*\?>/i.test(
    text,
  )

function accepted(text: string): boolean {
  try {
    parse(text)
    return true
  } catch (error) {
    if (error instanceof XmlError) return false
    throw error
  }
}

test('read in slices a document is the same, and a refusal too', async () => {
  const slowly = (text: string): Promise<string> => parseInSlices(text, { sliceMs: 0 }).then(String, String)
  await fc.assert(
    fc.asyncProperty(documentText, fc.nat(), async (text, at) => {
      const outcome = (each: string): string => {
        try {
          return parse(each).toString()
        } catch (error) {
          return String(error)
        }
      }
      const cut = text.slice(0, at % text.length)
      expect([await slowly(text), await slowly(cut)]).toEqual([outcome(text), outcome(cut)])
    }),
    { numRuns: 200 },
  )
})

/** What stands before and after an element, from a document in which nothing was edited. */
function around(text: string, index: number): [string, string] {
  const mark = '\u{F0000}'
  const document = parse(text)
  const target = elementsOf(document.root)[index]!
  if (target === document.root) {
    const [before, after] = [document.prolog, document.epilog].map((leaves) =>
      leaves.map((leaf) => leaf.source).join(''),
    )
    return [before!, after!]
  }
  const parent = target.parent!
  parent.splice(parent.content.indexOf(target), 1, [{ kind: 'text', source: mark }])
  return document.toString().split(mark) as [string, string]
}

const elementsOf = (root: XmlElement): XmlElement[] => [root, ...root.children().flatMap(elementsOf)]

const edits: Readonly<Record<string, (target: XmlElement, value: string) => unknown>> = {
  setAttr: (target, value) => target.setAttr('floe', value),
  'setAttr of one that is there': (target, value) => target.setAttr(target.attributes[0]?.name ?? 'floe', value),
  'setAttr undefined': (target) => target.setAttr(target.attributes[0]?.name ?? 'floe', undefined),
  setText: (target, value) => target.setText(value),
  append: (target, value) => target.append(element('floe', {}, value)),
  'insertBefore the first': (target, value) => {
    const [first] = target.content
    if (first !== undefined) target.insertBefore(element('floe', {}, value), first)
  },
  'replace the first child': (target, value) => {
    const [first] = target.children()
    if (first !== undefined) target.replace(first, element('floe', {}, value))
  },
  'remove the first child': (target) => {
    const [first] = target.children()
    if (first !== undefined) target.remove(first)
  },
}

test.each(Object.entries(edits))('%s changes nothing outside its element', (_, edit) => {
  fc.assert(
    fc.property(documentText, fc.nat(), fc.constantFrom('value', '<&>"\'', '', ' a\nb '), (text, nth, value) => {
      const document = parse(text)
      const all = elementsOf(document.root)
      const index = nth % all.length
      const target = all[index]!
      edit(target, value)
      const [before, after] = around(text, index)
      const printed = document.toString()
      expect(printed.startsWith(before) && printed.endsWith(after)).toBe(true)
      expect(printed).toBe(before + target.toString() + after)
      expect(parse(printed).toString()).toBe(printed)
    }),
    { numRuns: 300 },
  )
})

test('an edit that removes itself again leaves every document of the corpus as it was', () => {
  const corpus = new URL('../corpus/', import.meta.url)
  for (const name of readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.xml'),
  )) {
    const text = readFileSync(new URL(name, corpus), 'utf8')
    const document = parse(text)
    for (const target of elementsOf(document.root)) {
      target.setAttr('not-there', '1').setAttr('not-there', undefined)
      const nodes = target.content.filter((node) => isElement(node))
      if (nodes.length === 0) continue
      const added = element('floe')
      target.append(added).remove(added)
    }
    expect(document.toString()).toBe(text)
  }
})

test('while a document of 4 MB is read in slices, others get their turn', async () => {
  const disk = "  <disk type='file'>\n    <source file='/var/lib/libvirt/images/a.qcow2'/>\n  </disk>\n"
  const text = `<domain>\n${disk.repeat(Math.floor(4_000_000 / disk.length))}</domain>\n`
  let turns = 0
  let reading = true
  const count = (): void => {
    turns++
    if (reading) setImmediate(count)
  }
  setImmediate(count)
  const document = await parseInSlices(text, { sliceMs: 1 })
  reading = false
  expect(turns).toBeGreaterThan(10)
  expect(document.toString() === text).toBe(true)
})

test('reading in slices ends with its signal', async () => {
  const stop = new AbortController()
  const reading = parseInSlices(`<a>${'<b/>'.repeat(100_000)}</a>`, { sliceMs: 0, signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
})
