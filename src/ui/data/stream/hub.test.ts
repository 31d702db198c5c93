import { expect, test } from 'vitest'

import { StreamHub, type HubOptions } from './hub.ts'
import type { StreamNews } from './messages.ts'

/** A stream that says what it is told to, and notes how it was opened. */
const script = () => {
  const opened: (number | undefined)[] = []
  let push: (news: StreamNews | Error) => void = () => undefined
  const waiting = Promise.withResolvers<void>()
  const open: HubOptions['open'] = async function* ({ since, signal }) {
    opened.push(since)
    const queue: (StreamNews | Error)[] = []
    let wake = Promise.withResolvers<void>()
    push = (news) => {
      queue.push(news)
      wake.resolve()
    }
    signal.addEventListener('abort', () => wake.resolve())
    waiting.resolve()
    while (!signal.aborted) {
      const news = queue.shift()
      if (news instanceof Error) throw news
      if (news !== undefined) yield news
      else {
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    }
  }
  return { open, opened, say: (news: StreamNews | Error) => push(news), ready: waiting.promise }
}

const tab = () => {
  const heard: StreamNews[] = []
  const listeners: (() => void)[] = []
  return {
    heard,
    tell: (news: StreamNews) => {
      heard.push(news)
      for (const listener of listeners) listener()
    },
    until: (type: StreamNews['type']) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (heard.some((news) => news.type === type)) resolve()
        }
        listeners.push(look)
        look()
      }),
  }
}

const sleep: HubOptions['sleep'] = (_ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** A hub with tabs that have heard where its stream stands. */
const greeted = async (count: number) => {
  const stream = script()
  const hub = new StreamHub({ open: stream.open, now: () => 0, sleep })
  const tabs = Array.from({ length: count }, tab)
  for (const one of tabs) hub.join(one)
  await stream.ready
  stream.say({ type: 'hello', revision: 5 })
  await Promise.all(tabs.map((one) => one.until('hello')))
  return { stream, hub, tabs, one: tabs[0]! }
}

test('eight tabs share one connection and each hears everything', async () => {
  const { stream, hub, tabs } = await greeted(8)
  expect(stream.opened).toEqual([undefined])
  for (const one of tabs) hub.leave(one)
})

test('a tab that joins later is told where the stream stands', async () => {
  const { hub, one: first } = await greeted(1)
  const later = tab()
  hub.join(later)
  expect(later.heard).toContainEqual({ type: 'hello', revision: 5 })
  hub.leave(first)
  hub.leave(later)
})

test('a new session begins a new attempt that goes on from the last revision', async () => {
  const { stream, hub, one } = await greeted(1)
  stream.say(Object.assign(new Error('no'), { status: 401 }))
  await one.until('refused')
  expect(one.heard.at(-1)).toEqual({ type: 'refused', status: 401 })
  hub.again()
  await expect.poll(() => stream.opened).toEqual([undefined, 5])
  hub.leave(one)
})

test('a stream that does not go back far enough is a resync, and goes on from now', async () => {
  const { stream, hub, one } = await greeted(1)
  stream.say(Object.assign(new Error('gone'), { status: 410 }))
  await one.until('resync')
  hub.again()
  await expect.poll(() => stream.opened).toEqual([undefined, undefined])
  hub.leave(one)
})
