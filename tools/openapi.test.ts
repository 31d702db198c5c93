import { expect, test } from 'vitest'

import { generated, stale } from './openapi.ts'

test('what is made from the route table is current', () => {
  expect(stale(), 'run "node --conditions=floe-source tools/openapi.ts"').toEqual([])
})

test('making it twice gives the same', () => {
  expect(generated()).toEqual(generated())
})
