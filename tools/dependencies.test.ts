import { expect, test } from 'vitest'

import { dependencyProblems, parseLines } from './dependencies.ts'

const text = `| package | why | size | licence |
|---|---|---|---|
| \`pg\` | speaks PostgreSQL | 0.2 MB | MIT |
| \`gone\` | was needed once | 1 MB | MIT |
`

test('a line says name, why, size and licence', () => {
  expect(parseLines(text)[0]).toEqual({ name: 'pg', why: 'speaks PostgreSQL', size: '0.2 MB', licence: 'MIT' })
})

test('a missing line, a line too many and another licence are told', () => {
  const problems = dependencyProblems(['pg', 'ws'], parseLines(text), (name) => (name === 'pg' ? 'ISC' : undefined))
  expect(problems).toEqual([
    'docs/dependencies.md has no line for ws: say why, its size and its licence.',
    'docs/dependencies.md has a line for gone, which no package.json asks for any more.',
    'docs/dependencies.md says MIT for pg, which says ISC of itself.',
  ])
})
