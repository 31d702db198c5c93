import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { makeGuest } from '../testbed/guest.ts'
import { until } from '../testbed/until.ts'
import { enter, startFloe } from './floe.ts'
import { screenColours, serialShows, typeCommand } from './serial.ts'

/** Takes the pictures of README and tutorial from the product itself: `node --conditions=floe-source e2e/screenshots.ts`. */
const folder = join(import.meta.dirname, '../docs/images')
const mostBytes = 200_000

await mkdir(folder, { recursive: true })
// The path is the host's own: it is seen in the pictures.
await using floe = await startFloe({ imagesDir: '/var/lib/libvirt/images/floe' })
await using admin = await floe.browser.person(floe.url, { width: 1280, height: 800 })
const { page } = admin
const take = async (name: string): Promise<void> => {
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path })
  const { size } = await stat(path)
  if (size > mostBytes) throw new Error(`${path} has ${size} bytes; ${mostBytes} are the most.`)
  process.stdout.write(`${path}: ${size} bytes\n`)
}

await enter(page, floe.controller)
for (const name of ['build-1', 'wiki', 'shop-db']) {
  const { path } = await makeGuest(floe.host, { name, memoryMiB: name === 'shop-db' ? 512 : 256 })
  await floe.host.virsh('define', path)
}
await floe.host.virsh('start', 'wiki')

await page.goto('/vms/new')
await page.getByLabel('Name').fill('hello')
await page.getByText('free', { exact: true }).waitFor()
await take('create-vm')
await page.getByRole('button', { name: 'Create and start' }).click()
await page.getByRole('main').getByText('Done', { exact: true }).first().waitFor()

await page.goto('/vms/hello/consoles?kind=serial')
await serialShows(page, 'welcome:/root#')
await page.locator('.xterm').click()
await typeCommand(page, 'echo $((40 + 2)) is the answer')
await serialShows(page, '42 is the answer')
await take('serial-console')

await page.goto('/vms/hello/consoles')
await until('a picture of the guest', async () => (await screenColours(page)) > 1)
await page.goto('/vms/hello')
await page.getByRole('img', { name: 'The screen of hello' }).waitFor()
await take('vm')

await page.goto('/')
await page.getByRole('link', { name: 'Started on hv1' }).or(page.getByText('Started on hv1')).first().waitFor()
await take('overview')
admin.expectNoTrouble()
