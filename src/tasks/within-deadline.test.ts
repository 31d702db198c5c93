import { getEventListeners } from 'node:events'

import { expect, test } from 'vitest'

import { systemClock } from '../base/clock.ts'
import { withinDeadline } from './within-deadline.ts'

const late = new Error('too late')
const within = <T>(work: (signal: AbortSignal) => Promise<T>, signal = new AbortController().signal): Promise<T> =>
  withinDeadline(work, { clock: systemClock, deadlineMs: 20, graceMs: 20, late: () => late, signal })

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()))

test('work in time gives its result or its own error', async () => {
  expect(await within(async () => 7)).toBe(7)
  await expect(within(() => Promise.reject(new Error('own')))).rejects.toThrow('own')
})

test('work that stops when told fails with the reason of the stop, and its own error as the cause', async () => {
  const failing = within(async (signal) => {
    await aborted(signal)
    throw new Error('call aborted')
  })
  await expect(failing).rejects.toBe(late)
  expect(late.cause).toMatchObject({ message: 'call aborted' })
})

test('work that ends well after it was told to stop has had its effect', async () => {
  const told = within(async (signal) => {
    await aborted(signal)
    return 'done after all'
  })
  expect(await told).toBe('done after all')
})

test('work that does not listen is left alone after its grace', async () => {
  await expect(within(() => new Promise(() => {}))).rejects.toBe(late)
})

test('work whose signal is aborted already does not begin, and no listener stays', async () => {
  const stop = new AbortController()
  let inner: AbortSignal | undefined
  await within(async (signal) => void (inner = signal), stop.signal)
  expect(getEventListeners(inner!, 'abort')).toEqual([])
  stop.abort(new Error('stopped'))
  let begun = false
  await expect(within(async () => void (begun = true), stop.signal)).rejects.toThrow('stopped')
  expect(begun).toBe(false)
})
