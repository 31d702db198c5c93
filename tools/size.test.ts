import { expect, test } from 'vitest'

import { sizeProblem } from './size.ts'

const lines = (count: number) => 'x\n'.repeat(count)

test('500 lines pass, one more does not', () => {
  expect(sizeProblem('src/a.ts', lines(500))).toBeUndefined()
  expect(sizeProblem('src/a.ts', lines(501))).toBe(
    'src/a.ts has 501 lines, 500 at most: look for the second concept in it.',
  )
})

test('generated files, fixtures and what is no source may be as long as they need', () => {
  for (const path of ['src/db/steps.gen.ts', 'packages/xml/src/fixtures/rich.ts', 'package-lock.json'])
    expect(sizeProblem(path, lines(9000))).toBeUndefined()
})
