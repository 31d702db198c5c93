import { afterEach, beforeEach, expect, test } from 'vitest'

import { until } from '../testbed/until.ts'
import { choosePassword, logIn, oneTimePassword, ownPassword } from './floe.ts'
import { screenColours, serialShows, typeCommand } from './serial.ts'
import { withFloe } from './with-floe.ts'

/** The first day of an administrator, in the order and with the names of docs/tutorial/first-vm.md. */
const at = withFloe('first day', { loggedIn: false })
let broken = false

beforeEach(({ skip }) => {
  if (broken) skip('the day did not come this far')
})
afterEach(({ task }) => {
  broken ||= task.result?.state === 'fail'
})

test('the one-time password opens nothing but the choice of an own one', async () => {
  await at.page.goto('/')
  await at.page.waitForURL('**/login')
  await logIn(at.page, 'not-the-password')
  await at.page.getByRole('alert').getByText('User or password do not match.').waitFor()
  await logIn(at.page, await oneTimePassword(at.floe.controller))
  await at.page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  await at.page.goto('/vms')
  await at.page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  expect(new URL(at.page.url()).pathname).toBe('/password')
})

test('a weak password is refused with a sentence, a good one opens the overview', async () => {
  await choosePassword(at.page, 'passwordpassword')
  const refusal = await at.page.getByRole('alert').first().innerText()
  expect(refusal).toBe('The password is too easy: it is among the commonest ones.')
  expect(await at.page.getByText(/Good, \d+ characters/).count()).toBe(0) // not beside a refusal
  await choosePassword(at.page, ownPassword)
  await at.page.waitForURL('**/vms') // where it was asked for
  await at.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click()
  await at.page.getByRole('heading', { name: 'Overview' }).waitFor()
  await at.page.getByRole('link', { name: 'hv1', exact: true }).first().waitFor()
  // Its /dev/kvm, if there is one, was tried; without it the page says what that means and why.
  const host = await at.floe.controller.client.getHost({ params: { host: 'hv1' } })
  if (!host.kvm.works) await at.page.getByText(host.kvm.why).first().waitFor()
})

test('the sample VM is created in a dialog that shows the command it amounts to', async () => {
  await at.page.getByRole('link', { name: 'Create VM' }).first().click()
  await at.page.getByLabel('Name').fill('hello')
  await at.page.getByRole('radio', { name: 'Sample guest' }).check()
  await at.page.getByText('free', { exact: true }).waitFor()
  expect(await at.page.locator('.command code').innerText()).toBe('floe vm create hello --from sample --start')
  await at.page
    .getByRole('complementary', { name: 'Chosen for you' })
    .getByText('it is the only one connected')
    .waitFor()
  await at.page.getByRole('button', { name: 'Create and start' }).click()
  await at.page.getByRole('heading', { name: 'Create and start hello' }).waitFor()
  await at.page.getByRole('main').getByText('Done', { exact: true }).first().waitFor()
  // What has ended is told in the past, and a step that had nothing to do is not among those done.
  await at.page.getByText('Read it elsewhere').waitFor()
  expect(await at.page.getByText('If a controller dies').count()).toBe(0)
  expect(await at.page.getByText('Make its disks').count()).toBe(0)
})

test('it boots on the serial console in the page, which shows everything since power-on', async () => {
  await at.page.goto('/vms/hello')
  await at.page.getByRole('link', { name: 'Open console' }).click()
  await at.page.getByRole('link', { name: 'Serial', exact: true }).click()
  const text = await serialShows(at.page, 'welcome:/root#')
  expect(text).toContain('Welcome to Floe')
  // Whoever comes later reads the same beginning.
  const late = await at.admin.tab('/vms/hello/consoles?kind=serial')
  expect(await serialShows(late, 'welcome:/root#')).toContain('Welcome to Floe')
  await late.close()
})

test('a command typed into the serial console is answered', async () => {
  await at.page.locator('.xterm').click()
  await typeCommand(at.page, 'echo $((40 + 2)) is the answer')
  expect(await serialShows(at.page, '42 is the answer')).toContain('echo $((40 + 2)) is the answer')
})

test('the screen opens, takes the keyboard, pasted text and Ctrl-Alt-Del', async () => {
  const serial = await at.admin.tab('/vms/hello/consoles?kind=serial')
  await serialShows(serial, '42 is the answer')
  await at.page.getByRole('link', { name: 'Screen', exact: true }).click()
  await until('a picture of the guest', async () => (await screenColours(at.page)) > 1, 30_000)
  await at.page.locator('.console__guest canvas').click()
  await at.page.keyboard.type('touch /tmp/by-keyboard', { delay: 20 })
  await at.page.keyboard.press('Enter')
  await until('the file that was typed', async () => {
    await typeCommand(serial, 'ls /tmp')
    return (await serialShows(serial, 'welcome:/root#')).includes('\nby-keyboard')
  })

  await at.page.getByRole('button', { name: 'Paste as keys…' }).click()
  await at.page.getByLabel('Text').fill('é1')
  await at.page.getByText('No key of a US keyboard types é. It is left out').waitFor()
  await at.page.getByLabel('Text').fill('echo "Pasted: 1 + 1 = 2" > /dev/ttyS0\n')
  await at.page.getByRole('button', { name: 'Type it' }).click()
  await serialShows(serial, 'Pasted: 1 + 1 = 2')

  await typeCommand(serial, 'clear')
  await serialShows(serial, (text) => text.trim() === 'welcome:/root#')
  await at.page.getByRole('button', { name: 'Send Ctrl-Alt-Del' }).click()
  const again = await serialShows(
    serial,
    (text) => text.trimEnd().endsWith('welcome:/root#') && text.includes('Welcome to Floe'),
  )
  expect(again).toContain('BusyBox')
  await serial.close()
})

test('it shuts down when it is asked, and its page and console say so', async () => {
  await at.page.getByRole('button', { name: 'Shut down' }).click()
  await at.page.getByRole('button', { name: 'Start hello' }).waitFor()
  expect(at.floe.host.qemuPid('hello')).toBeUndefined()
  const { items } = await at.floe.controller.client.listVms()
  expect(items).toMatchObject([{ name: 'hello', state: 'shutoff' }])
})

test('what happened is read in its changes, each with its author', async () => {
  await at.page.getByRole('navigation', { name: 'About hello' }).getByRole('link', { name: 'Changes' }).click()
  const changes = at.page.getByRole('main').getByRole('listitem')
  for (const title of ['Created on hv1', 'Defined on hv1', 'Started on hv1', /^Shut down|^Stopped/]) {
    const change = changes.filter({ has: at.page.getByText(title) }).first()
    await change.waitFor()
    expect(await change.innerText()).toContain('admin')
  }
  await at.floe.host.virsh('start', 'hello')
  const outside = changes.filter({ has: at.page.getByText('Started on hv1') }).filter({ hasText: 'outside' })
  await outside.first().waitFor()
  await at.floe.host.virsh('destroy', 'hello')
})

test('it is deleted after a question, and the list is empty', async () => {
  await at.page.getByRole('button', { name: 'Actions of hello' }).click()
  await at.page.getByRole('menuitem', { name: 'Delete…' }).click()
  await at.page.getByRole('dialog').getByRole('button', { name: 'Delete hello' }).click()
  await until('the end of the domain', async () => !(await at.floe.host.virsh('list', '--all', '--name')).trim())
  await at.page.getByRole('link', { name: 'Virtual machines' }).first().click()
  await at.page.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()
  expect(await at.floe.controller.client.listVms()).toMatchObject({ items: [], total: 0 })
})
