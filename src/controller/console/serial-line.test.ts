import { once } from 'node:events'
import type { Duplex } from 'node:stream'

import { expect, test } from 'vitest'

import { apiError } from '../../api/index.ts'
import type { Clock } from '../../base/clock.ts'
import { SerialLine } from './serial-line.ts'
import { startGuest } from './testing.ts'

/** Time that passes when the test says so: what was slept, and how to wake it. */
function testClock(): Clock & { readonly slept: number[]; wake(): void } {
  const slept: number[] = []
  let waking = Promise.withResolvers<void>()
  return {
    slept,
    now: () => 0,
    monotonic: () => 0,
    wake: () => {
      waking.resolve()
      waking = Promise.withResolvers()
    },
    sleep: (ms, signal) => {
      slept.push(ms)
      return new Promise((resolve, reject) => {
        void waking.promise.then(resolve)
        signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      })
    },
  }
}

const refused = apiError('domain_wrong', { vm: 'web', verb: 'connected to', host: 'h', why: 'no console' })
const away = apiError('host_unreachable', { host: 'h', why: 'gone' })

/** A line whose attempts the test answers one by one. */
function answeredLine() {
  const clock = testClock()
  const attempts: PromiseWithResolvers<Duplex>[] = []
  let arrived = Promise.withResolvers<void>()
  const open = (): Promise<Duplex> => {
    const attempt = Promise.withResolvers<Duplex>()
    attempts.push(attempt)
    arrived.resolve()
    arrived = Promise.withResolvers()
    return attempt.promise
  }
  const line = new SerialLine({ open, clock, onLost: () => {} })
  const nth = async (n: number): Promise<PromiseWithResolvers<Duplex>> => {
    while (attempts.length < n) await arrived.promise
    return attempts[n - 1]!
  }
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { line, clock, attempts, nth, settled }
}

test('a console that is refused is tried a few times with growing pauses, then when somebody asks', async () => {
  const { line, clock, attempts, nth, settled } = answeredLine()
  for (let n = 1; n <= 6; n++) {
    ;(await nth(n)).reject(refused)
    await settled()
    clock.wake()
  }
  await settled()
  expect(clock.slept).toEqual([500, 1000, 2000, 4000, 8000])
  expect(attempts).toHaveLength(6)
  const asked = line.ready()
  ;(await nth(7)).reject(refused)
  await expect(asked).rejects.toBe(refused)
  await line.close('The end.')
})

test('a host that is away is tried for as long as it takes, and a viewer does not wait for the pause', async () => {
  await using guest = await startGuest()
  const { line, clock, nth, settled } = answeredLine()
  for (let n = 1; n <= 12; n++) {
    ;(await nth(n)).reject(away)
    await settled()
    if (n < 12) clock.wake()
  }
  expect(clock.slept.slice(-2)).toEqual([30_000, 30_000])
  const ready = line.ready()
  ;(await nth(13)).resolve(await guest.open())
  await ready
  await line.close('The end.')
})

test('closing while a stream is being opened closes that stream too', async () => {
  await using guest = await startGuest()
  const { line, nth } = answeredLine()
  const attempt = await nth(1)
  const waiting = line.ready()
  waiting.catch(() => {})
  const closed = line.close('The end.')
  const late = await guest.open()
  attempt.resolve(late)
  await closed
  if (!late.destroyed) await once(late, 'close')
  expect(late.destroyed).toBe(true)
})
