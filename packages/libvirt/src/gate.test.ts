import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { Gate, type Visitor } from './gate.ts'

type Guest = Visitor & { state: 'waiting' | 'in' | 'overdue' | 'out' }

function guest({ subject, control, slow }: Visitor): Guest {
  const self: Guest = {
    subject,
    control,
    slow: slow && !control,
    state: 'waiting',
    enter: () => (self.state = 'in'),
    evict: () => {},
  }
  return self
}

const action = fc.oneof(
  fc.record({
    ask: fc.record({
      subject: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      control: fc.boolean(),
      slow: fc.boolean(),
    }),
  }),
  fc.record({ leave: fc.nat() }),
  fc.record({ overdue: fc.nat() }),
  fc.record({ forget: fc.nat() }),
)

/** Plays the actions, and gives what was broken, or nothing. */
function play(window: number, actions: readonly object[]): string | undefined {
  const gate = new Gate(window)
  const all: Guest[] = []
  const pick = (at: number, ...states: Guest['state'][]): Guest | undefined => {
    const fit = all.filter((each) => states.includes(each.state))
    return fit[at % fit.length]
  }
  for (const each of actions as Partial<Record<'leave' | 'overdue' | 'forget', number> & { ask: Visitor }>[]) {
    if (each.ask) {
      const one = guest(each.ask)
      all.push(one)
      gate.ask(one)
    } else if (each.leave !== undefined) {
      const one = pick(each.leave, 'in', 'overdue')
      if (one) {
        one.state = 'out'
        gate.leave(one)
      }
    } else if (each.overdue !== undefined) {
      const one = pick(each.overdue, 'in')
      if (one) {
        one.state = 'overdue'
        gate.overdue(one)
      }
    } else {
      const one = pick(each.forget!, 'waiting')
      if (one) {
        one.state = 'out'
        gate.forget(one)
      }
    }
    const under = all.filter(({ state }) => state === 'in' || state === 'overdue')
    const ordinary = under.filter(({ control }) => !control)
    if (under.length > window) return `${under.length} are under way`
    if (ordinary.length > Math.max(1, window - 1)) return 'no place is kept for control calls'
    if (ordinary.filter(({ slow }) => slow).length > Math.max(1, window - 2)) return 'slow calls hold every place'
    for (const subject of ['a', 'b', 'c'])
      if (ordinary.filter((one) => one.subject === subject).length > 2) return `${subject} has more than two`
    const { underWay, waiting, overdue } = gate.load
    const counted = (state: Guest['state']): number => all.filter((one) => one.state === state).length
    if (underWay !== under.length || waiting !== counted('waiting') || overdue !== counted('overdue'))
      return 'miscounted'
  }
  // Once everybody under way is answered, everybody who still waits gets in.
  for (let one = pick(0, 'in', 'overdue'); one !== undefined; one = pick(0, 'in', 'overdue')) {
    one.state = 'out'
    gate.leave(one)
  }
  return all.some(({ state }) => state === 'waiting') ? 'somebody waits for ever' : undefined
}

test('whatever happens, the window and the two places a domain hold, and nobody waits for ever', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.array(action, { maxLength: 60 }),
    (window, actions) => {
      const broken = play(window, actions)
      if (broken !== undefined) throw new Error(broken)
    },
  )
  const result = fc.check(property, { numRuns: 500 })
  expect(result.failed ? fc.defaultReportMessage(result) : 'holds').toBe('holds')
})

test('slow calls leave a place to quick ones, and quick ones that keep coming do not starve them', () => {
  const gate = new Gate(4)
  const ask = (slow: boolean): Guest => {
    const one = guest({ subject: undefined, control: false, slow, enter: () => {}, evict: () => {} })
    gate.ask(one)
    return one
  }
  const creates = [ask(true), ask(true), ask(true)]
  expect(creates.map(({ state }) => state)).toEqual(['in', 'in', 'waiting'])
  const reads = [ask(false), ask(false), ask(false)]
  expect(reads.map(({ state }) => state)).toEqual(['in', 'waiting', 'waiting'])
  gate.leave(creates[0]!)
  expect(creates[2]!.state).toBe('in')
  expect(reads[1]!.state).toBe('waiting')
  gate.leave(reads[0]!)
  expect(reads[1]!.state).toBe('in')
})

test('slow calls and one that hangs choke a gate; slow calls alone do not', () => {
  const gate = new Gate(4)
  const ask = (slow: boolean): Guest => {
    const one = guest({ subject: undefined, control: false, slow, enter: () => {}, evict: () => {} })
    gate.ask(one)
    return one
  }
  ask(true)
  ask(true)
  const read = ask(false)
  expect(gate.choked).toBe(false)
  gate.overdue(read)
  expect(gate.choked).toBe(true)
  gate.leave(read)
  expect(gate.choked).toBe(false)
})
