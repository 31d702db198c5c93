import { expect, test } from 'vitest'

import { readFilter, readListSearch, viewOf } from './list-search.ts'

test('an address without anything is the plain list', () => {
  expect(viewOf(readListSearch({}))).toEqual({ q: '', state: '', host: '', sort: 'name' })
})

test('what an address cannot mean is left out', () => {
  expect(readListSearch({ sort: 'drop table', q: 7, state: '' })).toEqual({})
  expect(readListSearch({ q: 'x'.repeat(10_000) }).q).toHaveLength(200)
})

test('state and host are taken out of what is typed', () => {
  expect(readFilter('web state:running host:hv1 shop')).toEqual({ q: 'web shop', state: 'running', host: 'hv1' })
  expect(readFilter('state:')).toEqual({ q: 'state:' })
})
