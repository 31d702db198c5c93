import { expect, test } from 'vitest'

import { afterFailure } from './after-failure.ts'

const error = new Error('broken')
const broke = { error, isBreak: true }
const none = { retries: 0, breaks: 0 }

test('where the connection broke, a step that can tell whether it is done is taken up again, four times', () => {
  const step = { done: async () => true }
  const delays = [0, 1, 2, 3, 4].map((breaks) => afterFailure(step, { retries: 9, breaks }, broke)?.delayMs)
  expect(delays).toEqual([500, 1000, 2000, 4000, undefined])
})

test('so is one that may run twice, and no other', () => {
  expect(afterFailure({ repeatable: true }, none, broke)).toEqual({ why: 'breaks', delayMs: 500 })
  expect(afterFailure({}, none, broke)).toBeUndefined()
})

test('any other error ends the step, unless the step itself accepts it, as often as it says', () => {
  expect(afterFailure({ done: async () => true }, none, { error, isBreak: false })).toBeUndefined()
  const step = { retry: { times: 2, delayMs: 7, when: (one: unknown) => one === error } }
  const why = [0, 1, 2].map((retries) => afterFailure(step, { retries, breaks: 0 }, { error, isBreak: false })?.why)
  expect(why).toEqual(['retries', 'retries', undefined])
  expect(afterFailure(step, none, { error: new Error('other'), isBreak: false })).toBeUndefined()
})
