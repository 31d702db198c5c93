import { expect, test } from 'vitest'

import { stale } from './calls.ts'

test('the reference of calls is what the table and its proofs give', () => {
  expect(stale(), 'run "node --conditions=floe-source tools/calls.ts"').toBe(false)
})
