import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { until } from '../testbed/until.ts'
import { metric } from './floe.ts'
import { serialShows } from './serial.ts'
import { withFloe } from './with-floe.ts'

/** What keeps every open page current, and what ends it. */
// The controller is killed below; the browser says of every call that nobody answers.
const at = withFloe('live', { mayComplain: /net::ERR_|WebSocket connection/ })
let tabs: Page[] = []

const shows = (tab: Page, name: string) => tab.getByRole('row').getByRole('link', { name, exact: true })

test('eight tabs share one stream, and all of them see at once what happens', async () => {
  await at.page.goto('/vms')
  tabs = [at.page, ...(await Promise.all(Array.from({ length: 7 }, () => at.admin.tab('/vms'))))]
  await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()))
  const { path } = await makeGuest(at.floe.host, { name: 'first' })
  await at.floe.host.virsh('define', path)
  await Promise.all(tabs.map((tab) => shows(tab, 'first').waitFor()))
  expect(await metric(at.floe.controller, 'floe_feed_streams')).toBe(1)
})

test('a page that hears nothing says since when, and goes on without loss', async () => {
  const { path } = await makeGuest(at.floe.host, { name: 'second' })
  await at.floe.controller.kill()
  await at.page.getByText(/^No news for \d+ s\./).waitFor()
  // Its other pages open nevertheless, and say the same; the browser's own error page would say nothing.
  const other = tabs[1]!
  await other.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Storage' }).click()
  await other.getByRole('heading', { name: 'Storage', level: 1 }).waitFor()
  await other.getByRole('alert').getByText('Floe does not answer.').first().waitFor()
  await other.goBack()
  await at.floe.host.virsh('define', path)
  await at.floe.host.virsh('undefine', 'first')
  await at.floe.controller.start()
  await Promise.all(tabs.map((tab) => shows(tab, 'second').waitFor()))
  await at.page.getByText(/^No news for \d+ s\./).waitFor({ state: 'detached' })
  await Promise.all(tabs.map((tab) => shows(tab, 'first').waitFor({ state: 'detached' })))
  expect(await metric(at.floe.controller, 'floe_feed_streams')).toBe(1)
})

test('a host that falls silent is seen on every open page, and so is its return', async () => {
  const [list, vm, pools] = tabs as [Page, Page, Page]
  await vm.goto('/vms/second')
  await vm.locator('.page__head').getByText('Off', { exact: true }).waitFor()
  await pools.goto('/storage')
  await pools.getByRole('row').getByText('Running', { exact: true }).first().waitFor()
  await at.floe.host.killLibvirtd()
  await list.getByRole('row').getByText('Unknown', { exact: true }).waitFor()
  await vm.locator('.page__head').getByText('Unknown', { exact: true }).waitFor()
  await vm.getByText('Its host is silent.').waitFor()
  expect(await vm.getByText(/hv1 (is|has been) silent/).count()).toBe(1)
  await pools.getByRole('row').getByText('Unknown', { exact: true }).first().waitFor()
  await at.floe.host.startLibvirtd()
  await list.getByRole('row').getByText('Off', { exact: true }).waitFor()
  await vm.locator('.page__head').getByText('Off', { exact: true }).waitFor()
  await pools.getByRole('row').getByText('Running', { exact: true }).first().waitFor()
})

test('logging out ends the consoles and the stream of every tab', async () => {
  await Promise.all(tabs.slice(2).map((tab) => tab.close()))
  const { client } = at.floe.controller
  const { task } = await client.createVm({ body: { name: 'welcome', from: 'sample', start: true } })
  await at.floe.controller.finish(task)
  const console = tabs[1]!
  await console.goto('/vms/welcome/consoles?kind=serial')
  await serialShows(console, 'welcome:/root#')
  expect(await metric(at.floe.controller, 'floe_consoles{kind="serial"}')).toBe(1)

  await at.page.getByRole('button', { name: 'Account admin' }).click()
  await at.page.getByRole('menuitem', { name: 'Log out' }).click()
  await at.page.waitForURL('**/login')
  await console.getByText('The console was cut.').waitFor()
  await until(
    'the end of the console',
    async () => (await metric(at.floe.controller, 'floe_consoles{kind="serial"}')) === 0,
  )
  await until('the end of the stream', async () => (await metric(at.floe.controller, 'floe_feed_streams')) === 0)
  await at.page.goto('/vms')
  await at.page.getByRole('button', { name: 'Log in' }).waitFor()
  expect(new URL(at.page.url()).pathname).toBe('/login')
})
