import { expect, test } from 'vitest'

import { shellWord } from './shell-word.ts'

test('a word that a shell would read otherwise is quoted', () => {
  expect(shellWord('web-1.example')).toBe('web-1.example')
  expect(shellWord('a b; rm -rf $HOME')).toBe("'a b; rm -rf $HOME'")
  expect(shellWord("it's")).toBe(String.raw`'it'\''s'`)
})
