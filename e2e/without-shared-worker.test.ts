import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { until } from '../testbed/until.ts'
import { metric } from './floe.ts'
import { withFloe } from './with-floe.ts'

/** A browser that has no SharedWorker: one tab holds the stream and tells the others. */
// The controller is killed below; the browser says of every call that nobody answers.
const at = withFloe('without shared worker', {
  mayComplain: /net::ERR_/,
  before: () => void Reflect.deleteProperty(globalThis, 'SharedWorker'),
})
let tabs: Page[] = []

const streams = (): Promise<number> => metric(at.floe.controller, 'floe_feed_streams')
const define = async (name: string): Promise<void> => {
  const { path } = await makeGuest(at.floe.host, { name })
  await at.floe.host.virsh('define', path)
}
const allShow = (name: string): Promise<unknown> =>
  Promise.all(tabs.map((tab) => tab.getByRole('row').getByRole('link', { name, exact: true }).waitFor()))

test('eight tabs share one stream, so that calls still have connections: HTTP/1.1 has six', async () => {
  await at.page.goto('/vms')
  expect(await at.page.evaluate(() => 'SharedWorker' in globalThis)).toBe(false)
  tabs = [at.page, ...(await Promise.all(Array.from({ length: 7 }, () => at.admin.tab('/vms'))))]
  await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()))
  await define('first')
  await allShow('first')
  expect(await streams()).toBe(1)
  // A stream a tab would hold every connection, and this would wait for ever.
  await Promise.all(tabs.map((tab) => tab.reload()))
  await allShow('first')
  await until('one stream', async () => (await streams()) === 1)
})

test('when the controller comes back, all of them go on without loss', async () => {
  await at.floe.controller.kill()
  await Promise.all(tabs.map((tab) => tab.getByText(/^No news for \d+ s\./).waitFor()))
  await define('second')
  await at.floe.controller.start()
  await allShow('second')
  await Promise.all(tabs.map((tab) => tab.getByText(/^No news for \d+ s\./).waitFor({ state: 'detached' })))
  expect(await streams()).toBe(1)
})

test('when the tab that holds the stream is closed, another takes it over and nothing is missed', async () => {
  for (const name of ['third', 'fourth']) {
    const holder = await holderOf(tabs)
    await holder.close()
    tabs = tabs.filter((tab) => tab !== holder)
    await define(name)
    await allShow(name)
    await until('one stream', async () => (await streams()) === 1)
  }
  expect(tabs).toHaveLength(6)
})

/** The tab that has the lock on the stream: every lock's owner is told by the browser, and each tab knows its own. */
async function holderOf(all: readonly Page[]): Promise<Page> {
  for (const tab of all) {
    const holds = await tab.evaluate(async () => {
      const { promise: own, resolve } = Promise.withResolvers<string | undefined>()
      const name = crypto.randomUUID()
      void navigator.locks.request(name, async () => {
        const { held = [] } = await navigator.locks.query()
        const mine = held.find((lock) => lock.name === name)?.clientId
        resolve(held.some((lock) => lock.name === 'floe-changes' && lock.clientId === mine) ? mine : undefined)
      })
      return (await own) !== undefined
    })
    if (holds) return tab
  }
  throw new Error('No tab holds the stream.')
}
