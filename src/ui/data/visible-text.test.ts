import { expect, test } from 'vitest'

import { canBeTyped, visibleParts, visibleText } from './visible-text.ts'

test('an ordinary name is shown as it is', () => {
  expect(visibleParts('shop-db.example')).toEqual([{ text: 'shop-db.example', odd: false }])
  expect(visibleText('zwei Wörter, 漢字, עברית')).toBe('zwei Wörter, 漢字, עברית')
})

test('what turns the text around is shown by its code instead of turning it', () => {
  expect(visibleParts('evil\u202Egpj.exe')).toEqual([
    { text: 'evil', odd: false },
    { text: 'U+202E', odd: true },
    { text: 'gpj.exe', odd: false },
  ])
})

test('what has no width or no shape is seen', () => {
  for (const [char, code] of [
    ['\u200B', 'U+200B'],
    ['\uFEFF', 'U+FEFF'],
    ['\u00AD', 'U+00AD'],
    ['\u00A0', 'U+00A0'],
    ['\u3164', 'U+3164'],
    ['\t', 'U+0009'],
    ['\n', 'U+000A'],
    ['\u001B', 'U+001B'],
    ['\u2028', 'U+2028'],
    ['\u{E0041}', 'U+E0041'],
    ['\uD800', 'U+D800'],
  ] as const)
    expect(visibleText(`a${char}b`)).toBe(`a‹${code}›b`)
})

test('blanks at the ends are seen, those between words are blanks', () => {
  expect(visibleText(' web server ')).toBe('␣web server␣')
  expect(visibleText(' web')).toBe('␣web')
  expect(visibleText('   ')).toBe('␣␣␣')
  expect(visibleText('')).toBe('')
})

test('a joiner within an emoji or a word is a part of it, elsewhere it is seen', () => {
  expect(visibleText('👩\u200D💻')).toBe('👩\u200D💻')
  expect(visibleText('we\u200Db')).toBe('we‹U+200D›b')
})

test('a very long name is cut, without cutting a character in two', () => {
  expect(visibleText('x'.repeat(10_000))).toBe(`${'x'.repeat(80)}…`)
  expect(visibleText('😀'.repeat(10_000), 3)).toBe('😀😀😀…')
})

test('only what is seen as it is can be typed', () => {
  expect(canBeTyped('shop-db')).toBe(true)
  for (const name of ['evil\u202Egpj.exe', ' a', 'a  b', 'x'.repeat(200), 'é']) expect(canBeTyped(name)).toBe(false)
})
