import { expect, test } from 'vitest'

import { median, quantile, toFigure } from './figures.ts'

test('medians and quantiles are linear between two values', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5)
  expect(median([])).toBeNaN()
})

test('a bound on ours says so with its unit', () => {
  const figure = toFigure({ name: 'p95_ms', unit: 'ms', ours: [90, 100, 110], target: { of: 'ours', atMost: 250 } })
  expect(figure).toEqual({
    name: 'p95_ms',
    ours: 100,
    theirs: null,
    unit: 'ms',
    ratio: null,
    spread: 0.1,
    target: '≤ 250 ms',
    holds: true,
  })
})

test('a bound on the ratio is ours ÷ theirs', () => {
  const target = { of: 'ratio', atLeast: 0.7 } as const
  expect(toFigure({ name: 'rate', unit: '1/s', ours: [60], theirs: [100], target })).toMatchObject({
    ratio: 0.6,
    target: '≥ 0.7 ×',
    holds: false,
  })
})

test('what was not measured does not hold, and what has no bound neither holds nor fails', () => {
  expect(toFigure({ name: 'a', unit: 'ms', ours: [], target: { of: 'ours', atMost: 1 } }).holds).toBe(false)
  expect(toFigure({ name: 'a', unit: 'MB', ours: [1] })).toMatchObject({ target: null, holds: null })
})
