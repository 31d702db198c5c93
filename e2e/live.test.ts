import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { until } from '../testbed/until.ts'
import { keepPicture, type Person } from './browser.ts'
import { enter, metric, startFloe, type Floe } from './floe.ts'
import { serialShows } from './serial.ts'

/** What keeps every open page current, and what ends it. */
let floe: Floe
let admin: Person
let page: Page
let tabs: Page[] = []

beforeAll(async () => {
  floe = await startFloe()
  // The controller is killed below; the browser says of every call that nobody answers.
  admin = await floe.browser.person(floe.url, { mayComplain: /net::ERR_|WebSocket connection/ })
  page = admin.page
  await enter(page, floe.controller)
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await keepPicture(page, `live ${task.name}`)
  else admin.expectNoTrouble()
})
afterAll(() => floe?.[Symbol.asyncDispose]())

const shows = (tab: Page, name: string) => tab.getByRole('row').getByRole('link', { name, exact: true })

test('eight tabs share one stream, and all of them see at once what happens', async () => {
  await page.goto('/vms')
  tabs = [page, ...(await Promise.all(Array.from({ length: 7 }, () => admin.tab('/vms'))))]
  await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()))
  const { path } = await makeGuest(floe.host, { name: 'first' })
  await floe.host.virsh('define', path)
  await Promise.all(tabs.map((tab) => shows(tab, 'first').waitFor()))
  expect(await metric(floe.controller, 'floe_feed_streams')).toBe(1)
})

test('a page that hears nothing says since when, and goes on without loss', async () => {
  const { path } = await makeGuest(floe.host, { name: 'second' })
  await floe.controller.kill()
  await page.getByText(/^No news for \d+ s\./).waitFor()
  await floe.host.virsh('define', path)
  await floe.host.virsh('undefine', 'first')
  await floe.controller.start()
  await Promise.all(tabs.map((tab) => shows(tab, 'second').waitFor()))
  await page.getByText(/^No news for \d+ s\./).waitFor({ state: 'detached' })
  await Promise.all(tabs.map((tab) => shows(tab, 'first').waitFor({ state: 'detached' })))
  expect(await metric(floe.controller, 'floe_feed_streams')).toBe(1)
})

test('logging out ends the consoles and the stream of every tab', async () => {
  await Promise.all(tabs.slice(2).map((tab) => tab.close()))
  const { client } = floe.controller
  const { task } = await client.createVm({ body: { name: 'welcome', from: 'sample', start: true } })
  await floe.controller.finish(task)
  const console = tabs[1]!
  await console.goto('/vms/welcome/consoles?kind=serial')
  await serialShows(console, 'welcome:/root#')
  expect(await metric(floe.controller, 'floe_consoles{kind="serial"}')).toBe(1)

  await page.getByRole('button', { name: 'Account admin' }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await page.waitForURL('**/login')
  await console.getByText('The console was cut.').waitFor()
  await until(
    'the end of the console',
    async () => (await metric(floe.controller, 'floe_consoles{kind="serial"}')) === 0,
  )
  await until('the end of the stream', async () => (await metric(floe.controller, 'floe_feed_streams')) === 0)
  await page.goto('/vms')
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/login')
})
