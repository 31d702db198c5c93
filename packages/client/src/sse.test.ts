import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { eventParser } from './sse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a message has its event, its id and its data, lines joined', () => {
  expect(eventParser()(bytes('id: 7\nevent: change\ndata: {"a":\ndata: 1}\n\n'))).toEqual([
    { event: 'change', id: '7', data: '{"a":\n1}' },
  ])
})

test('comments, unknown fields and messages without data say nothing', () => {
  expect(eventParser()(bytes(': heartbeat\n\nretry: 5\nother: 1\nevent: x\n\ndata\n\n'))).toEqual([
    { event: 'message', id: undefined, data: '' },
  ])
})

test('however the bytes are cut, and however lines end, the same messages come', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' '))
  const message = fc.record({
    data: fc.array(line, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom('\n', '\r\n', '\r'),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(40)), (messages, cuts) => {
      const whole = bytes(
        messages.map(({ data, end }) => `${data.map((one) => `data: ${one}${end}`).join('')}${end}`).join(''),
      )
      const parse = eventParser()
      const got: string[] = []
      let from = 0
      for (const cut of [...cuts, whole.length]) {
        got.push(...parse(whole.subarray(from, from + cut)).map((one) => one.data))
        from += cut
      }
      // A lone CR at the very end waits: it may be half of a CR LF.
      got.push(...parse(bytes('\n')).map((one) => one.data))
      expect(got).toEqual(messages.map(({ data }) => data.join('\n')))
    }),
  )
})

test('a message without an end is refused before it fills memory', () => {
  const parse = eventParser()
  const piece = bytes(`data: ${'x'.repeat(4 * 1024 * 1024)}\n`)
  expect(() => {
    for (let i = 0; i < 6; i++) parse(piece)
  }).toThrow('more than 16 MiB')
})
