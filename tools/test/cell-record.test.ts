import { expect, test } from 'vitest'

import { chooseCells, mergeRecord, recordProblems, type CellResult } from './cell-record.ts'

const cells = [...Array.from({ length: 40 }, (_, n) => `kill/${n}`), 'faults/disk-full', 'faults/qemu-killed']
const row = (cell: string, result: CellResult['result'] = 'passed', commit = 'aaa'): CellResult => ({
  cell,
  commit,
  result,
  seconds: 1,
})

test('an eighth of each matrix is chosen by the commit, and another commit chooses others', () => {
  const at = (commit: string) => chooseCells(cells, [], { choice: { kind: 'eighth' }, commit })
  expect(at('abc')).toHaveLength(6)
  expect(at('abc').filter((cell) => cell.startsWith('faults/'))).toHaveLength(1)
  expect(at('abc')).toEqual(at('abc'))
  expect(at('abc')).not.toEqual(at('abd'))
})

test('enough commits choose every cell', () => {
  const seen = new Set(
    Array.from({ length: 100 }, (_, n) =>
      chooseCells(cells, [], { choice: { kind: 'eighth' }, commit: `c${n}` }),
    ).flat(),
  )
  expect(seen.size).toBe(cells.length)
})

test('all goes on where it was stopped: what passed at this commit is not run again, what failed or is older is', () => {
  const record = [row('kill/0'), row('kill/1', 'failed'), row('kill/2', 'passed', 'old')]
  const chosen = chooseCells(cells, record, { choice: { kind: 'all' }, commit: 'aaa' })
  expect(chosen).not.toContain('kill/0')
  expect(chosen).toContain('kill/1')
  expect(chosen).toContain('kill/2')
})

test('missing is what never passed, and a name takes one cell or a whole matrix', () => {
  const record = cells.slice(2).map((cell) => row(cell))
  expect(chooseCells(cells, record, { choice: { kind: 'missing' }, commit: 'bbb' })).toEqual(['kill/0', 'kill/1'])
  expect(chooseCells(cells, record, { choice: { kind: 'named', name: 'kill/7' }, commit: 'bbb' })).toEqual(['kill/7'])
  expect(chooseCells(cells, record, { choice: { kind: 'named', name: 'faults' }, commit: 'bbb' })).toHaveLength(2)
})

test('a record with a missing, a red or an unknown cell is refused', () => {
  const problems = recordProblems(['a/1', 'a/2', 'a/3'], [row('a/1'), row('a/2', 'failed'), row('b/1')])
  expect(problems).toHaveLength(3)
  expect(problems.join('\n')).toMatch(/no result for a\/3[^]*a\/2 failed at aaa[^]*for b\/1, which no matrix has/)
})

test('new results replace old ones, and cells that are gone go', () => {
  expect(mergeRecord(['a/1', 'a/2'], [row('a/2', 'failed'), row('b/1')], [row('a/2'), row('a/1')])).toEqual([
    row('a/1'),
    row('a/2'),
  ])
})
