import xterm from '@xterm/headless'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { printableJson } from './printable.ts'
import { facts, table } from './table.ts'

const plain = { colour: false, width: undefined }
const columns = [
  { title: 'name', value: (row: { name: string }) => row.name },
  { title: 'state', value: () => 'running' },
]
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('a', '漢', '\u202e', '\u200b', '\u2066', '\ufeff', '\u{e0041}', '\ud800', '\r', '\u0301'),
  }),
)

test('what cannot be seen is shown: direction, no width, separators, tags, halves of pairs', () => {
  const hidden = ['\u202e', '\u200b', '\u2066', '\u2028', '\u00ad', '\u061c', '\ufeff', '\ud800', '\u009b', '\u007f']
  for (const one of hidden) {
    const code = one.charCodeAt(0).toString(16).padStart(4, '0')
    expect(facts([['Name', `a${one}b`]])).toBe(`Name:  a\\u${code}b\n`)
  }
  expect(facts([['Name', 'a\u{e0041}b']])).toBe('Name:  a\\udb40\\udc41b\n')
  expect(facts([['Name', 'é 漢字 👩‍💻 नमस्ते עברית']])).toBe('Name:  é 漢字 👩‍💻 नमस्ते עברית\n')
})

test('no name moves the cursor out of its row', async () => {
  const terminal = new xterm.Terminal({ allowProposedApi: true, cols: 400, rows: 10 })
  await fc.assert(
    fc.asyncProperty(name, async (odd) => {
      terminal.reset()
      const text = table([{ name: odd }, { name: 'plain' }], columns, plain).replaceAll('\n', '\r\n')
      await new Promise<void>((resolve) => terminal.write(text, resolve))
      const rows = [0, 1, 2, 3].map((i) => terminal.buffer.active.getLine(i)!.translateToString(true))
      expect(rows[0]).toMatch(/^NAME +STATE$/)
      expect(rows[1]).toMatch(/ {2}running$/)
      expect(rows[2]).toMatch(/^plain +running$/)
      expect(rows[3]).toBe('')
    }),
    { numRuns: 300 },
  )
  terminal.dispose()
})

test('JSON says the same, in its own escapes', () => {
  fc.assert(
    fc.property(name, (odd) => {
      const json = printableJson(JSON.stringify({ odd }))
      expect(JSON.parse(json)).toEqual({ odd })
      expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2066-\u2069\ufeff]/)
    }),
  )
})
