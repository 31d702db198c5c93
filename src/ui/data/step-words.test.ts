import { expect, test } from 'vitest'

import { sortSteps, stepTitle, type Step } from './step-words.ts'

const step = (name: string, state: Step['state']): Step => ({
  name,
  state,
  startedAt: null,
  endedAt: null,
  error: null,
})

test('steps that did nothing stand apart', () => {
  const journal = [step('record it', 'done'), step('start', 'skipped'), step('see it run', 'skipped')]
  const { steps, skipped } = sortSteps(journal)
  expect(steps.map(({ name }) => name)).toEqual(['record it'])
  expect(skipped.map(({ name }) => name)).toEqual(['start', 'see it run'])
})

test('a step’s name begins a line', () => {
  expect(stepTitle('make its disks')).toBe('Make its disks')
})
