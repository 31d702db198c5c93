import { expect, test } from 'vitest'

import { keyPresses, untypable } from './paste-keys.ts'

test('capitals and signs are their US key with Shift', () => {
  expect(keyPresses('aA1!')).toEqual([
    { keysym: 0x61, code: 'KeyA', shift: false },
    { keysym: 0x41, code: 'KeyA', shift: true },
    { keysym: 0x31, code: 'Digit1', shift: false },
    { keysym: 0x21, code: 'Digit1', shift: true },
  ])
})

test('every printable ASCII character has a key', () => {
  const ascii = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).join('')
  expect(untypable(ascii)).toEqual([])
  expect(keyPresses(ascii)).toHaveLength(ascii.length)
})

test('each line end is one Enter, however it is written', () => {
  expect(keyPresses('a\r\nb\n').map((press) => press.code)).toEqual(['KeyA', 'Enter', 'KeyB', 'Enter'])
})

test('what no US key has is left out, and told', () => {
  expect(keyPresses('aéb').map((press) => press.code)).toEqual(['KeyA', 'KeyB'])
  expect(untypable('café, naïve, é\r\n€')).toEqual(['é', 'ï', '€'])
  expect(untypable('plain\ttext\n')).toEqual([])
})
