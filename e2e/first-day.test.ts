import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { until } from '../testbed/until.ts'
import { keepPicture, type Person } from './browser.ts'
import { choosePassword, logIn, oneTimePassword, ownPassword, startFloe, type Floe } from './floe.ts'
import { screenColours, serialShows, typeCommand } from './serial.ts'

/** The first day of an administrator, in the order and with the names of docs/tutorial/first-vm.md. */
let floe: Floe
let admin: Person
let page: Page
let broken = false

beforeAll(async () => {
  floe = await startFloe()
  admin = await floe.browser.person(floe.url)
  page = admin.page
})
beforeEach(({ skip }) => {
  if (broken) skip('the day did not come this far')
})
afterEach(async ({ task }) => {
  broken ||= task.result?.state === 'fail'
  if (task.result?.state === 'fail') await keepPicture(page, `first day ${task.name}`)
  else admin.expectNoTrouble()
})
afterAll(() => floe?.[Symbol.asyncDispose]())

test('the one-time password opens nothing but the choice of an own one', async () => {
  await page.goto('/')
  await page.waitForURL('**/login')
  await logIn(page, 'not-the-password')
  await page.getByRole('alert').getByText('User or password do not match.').waitFor()
  await logIn(page, await oneTimePassword(floe.controller))
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  await page.goto('/vms')
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/password')
})

test('a weak password is refused with a sentence, a good one opens the overview', async () => {
  await choosePassword(page, 'passwordpassword')
  const refusal = await page.getByRole('alert').first().innerText()
  expect(refusal).toBe('The password is too easy: it is among the commonest ones.')
  await choosePassword(page, ownPassword)
  await page.waitForURL('**/vms') // where it was asked for
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByRole('link', { name: 'hv1', exact: true }).first().waitFor()
  // Its /dev/kvm, if there is one, was tried; without it the page says what that means and why.
  const host = await floe.controller.client.getHost({ params: { host: 'hv1' } })
  if (!host.kvm.works) await page.getByText(host.kvm.why).first().waitFor()
})

test('the sample VM is created in a dialog that shows the command it amounts to', async () => {
  await page.getByRole('link', { name: 'Create VM' }).first().click()
  await page.getByLabel('Name').fill('hello')
  await page.getByRole('radio', { name: 'Sample guest' }).check()
  await page.getByText('free', { exact: true }).waitFor()
  expect(await page.locator('.command code').innerText()).toBe('floe vm create hello --from sample --start')
  await page.getByRole('complementary', { name: 'Chosen for you' }).getByText('it is the only one connected').waitFor()
  await page.getByRole('button', { name: 'Create and start' }).click()
  await page.getByRole('heading', { name: 'Create and start hello' }).waitFor()
})

test('it boots on the serial console in the page, which shows everything since power-on', async () => {
  await page.goto('/vms/hello')
  await page.getByRole('link', { name: 'Open console' }).click()
  await page.getByRole('link', { name: 'Serial', exact: true }).click()
  const text = await serialShows(page, 'welcome:/root#')
  expect(text).toContain('Welcome to Floe')
  // Whoever comes later reads the same beginning.
  const late = await admin.tab('/vms/hello/consoles?kind=serial')
  expect(await serialShows(late, 'welcome:/root#')).toContain('Welcome to Floe')
  await late.close()
})

test('a command typed into the serial console is answered', async () => {
  await page.locator('.xterm').click()
  await typeCommand(page, 'echo $((40 + 2)) is the answer')
  expect(await serialShows(page, '42 is the answer')).toContain('echo $((40 + 2)) is the answer')
})

test('the screen opens, takes the keyboard, pasted text and Ctrl-Alt-Del', async () => {
  const serial = await admin.tab('/vms/hello/consoles?kind=serial')
  await serialShows(serial, '42 is the answer')
  await page.getByRole('link', { name: 'Screen', exact: true }).click()
  await until('a picture of the guest', async () => (await screenColours(page)) > 1, 30_000)
  await page.locator('.console__guest canvas').click()
  await page.keyboard.type('touch /tmp/by-keyboard', { delay: 20 })
  await page.keyboard.press('Enter')
  await until('the file that was typed', async () => {
    await typeCommand(serial, 'ls /tmp')
    return (await serialShows(serial, 'welcome:/root#')).includes('\nby-keyboard')
  })

  await page.getByRole('button', { name: 'Paste as keys…' }).click()
  await page.getByLabel('Text').fill('echo "Pasted: 1 + 1 = 2" > /dev/ttyS0\n')
  await page.getByRole('button', { name: 'Type it' }).click()
  await serialShows(serial, 'Pasted: 1 + 1 = 2')

  await typeCommand(serial, 'clear')
  await serialShows(serial, (text) => text.trim() === 'welcome:/root#')
  await page.getByRole('button', { name: 'Send Ctrl-Alt-Del' }).click()
  const again = await serialShows(
    serial,
    (text) => text.trimEnd().endsWith('welcome:/root#') && text.includes('Welcome to Floe'),
  )
  expect(again).toContain('BusyBox')
  await serial.close()
})

test('it shuts down when it is asked, and its page and console say so', async () => {
  await page.getByRole('button', { name: 'Shut down' }).click()
  await page.getByRole('button', { name: 'Start hello' }).waitFor()
  expect(floe.host.qemuPid('hello')).toBeUndefined()
  const { items } = await floe.controller.client.listVms()
  expect(items).toMatchObject([{ name: 'hello', state: 'shutoff' }])
})

test('what happened is read in its changes, each with its author', async () => {
  await page.getByRole('navigation', { name: 'About hello' }).getByRole('link', { name: 'Changes' }).click()
  const changes = page.getByRole('main').getByRole('listitem')
  for (const title of ['Created for hv1', 'Defined on hv1', 'Started on hv1', /^Shut down|^Stopped/]) {
    const change = changes.filter({ has: page.getByText(title) }).first()
    await change.waitFor()
    expect(await change.innerText()).toContain('admin')
  }
  await floe.host.virsh('start', 'hello')
  const outside = changes.filter({ has: page.getByText('Started on hv1') }).filter({ hasText: 'outside' })
  await outside.first().waitFor()
  await floe.host.virsh('destroy', 'hello')
})

test('it is deleted after a question, and the list is empty', async () => {
  await page.getByRole('button', { name: 'Actions of hello' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete hello' }).click()
  await until('the end of the domain', async () => !(await floe.host.virsh('list', '--all', '--name')).trim())
  await page.getByRole('link', { name: 'Virtual machines' }).first().click()
  await page.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()
  expect(await floe.controller.client.listVms()).toMatchObject({ items: [], total: 0 })
})
