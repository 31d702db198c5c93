import { describe, expect, test } from 'vitest'

import { evidenceOfCall, evidenceOfEvent, orphans, proved } from '../test/evidence.ts'
import { unseenInAnswers } from '../test/unseen.ts'
import { calls, families, procedureNames } from './calls.ts'
import { eventKinds, eventRow } from './events.ts'

describe('every row of the table is proved by something else than this package', () => {
  test('calls', () => {
    expect(procedureNames.filter((name) => !proved(evidenceOfCall(name)))).toEqual([])
  })

  test('events', () => {
    expect(eventKinds.filter((kind) => !proved(evidenceOfEvent(kind)))).toEqual([])
  })

  test('what an event looks like is always known from recorded bytes', () => {
    expect(eventKinds.filter((kind) => evidenceOfEvent(kind).recorded === undefined)).toEqual([])
  })

  test('every list of a recorded answer had an entry once, and every pointer a value', () => {
    const unseen = procedureNames
      .filter((name) => evidenceOfCall(name).used.length === 0)
      .flatMap((name) => unseenInAnswers(name).map((path) => `${name} ${path}`))
    expect(unseen).toEqual([])
  })

  test('nothing recorded belongs to no row', () => {
    expect(orphans()).toEqual([])
  })
})

test('a number stands for one call or event, and every call is in one family', () => {
  const numbers = [...procedureNames.map((name) => calls[name].number), ...eventKinds.map((k) => eventRow(k).procedure)]
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  const named = Object.values(families).flatMap((family) => Object.keys(family))
  expect(named.toSorted()).toEqual(procedureNames.toSorted())
  expect(named).toHaveLength(new Set(named).size)
})
