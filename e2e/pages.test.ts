import { join } from 'node:path'

import { expect, test } from 'vitest'

import { run } from '../testbed/run.ts'
import { axeFindings } from './browser.ts'
import { serialShows, typeCommand } from './serial.ts'
import { withFloe } from './with-floe.ts'

/** Every page for everybody: both themes, small windows, no mouse. */
const at = withFloe('pages')

test('from creating a VM to typing into its console without a mouse', async () => {
  await at.page.goto('/')
  await at.page.getByRole('heading', { name: 'Overview' }).waitFor()
  await at.page.keyboard.press('Control+k')
  await at.page.keyboard.type('create')
  await at.page.keyboard.press('Enter')
  await at.page.getByRole('heading', { name: 'Create a virtual machine' }).waitFor()
  await at.page.keyboard.type('keys') // the name has the focus
  await at.page.getByText('free', { exact: true }).waitFor()
  await at.page.keyboard.press('Control+Enter')
  await at.page.getByRole('heading', { name: 'Create and start keys' }).waitFor()
  await at.page.getByRole('main').getByText('Done', { exact: true }).first().waitFor()

  await at.page.keyboard.press('g')
  await at.page.keyboard.press('v')
  await at.page.getByRole('grid').getByRole('link', { name: 'keys', exact: true }).waitFor()
  await at.page.keyboard.press('/')
  await at.page.keyboard.type('keys')
  await at.page.waitForURL(/[?&]q=keys$/) // what is typed is asked for after a short pause
  await at.page.getByText('1 match').waitFor()
  await at.page.keyboard.press('Enter') // from the filter to the rows
  await at.page.keyboard.press('j')
  await at.page.keyboard.press('Enter')
  await at.page.getByRole('heading', { name: 'keys', level: 1 }).waitFor()
  await at.page.keyboard.press('c')
  await at.page.locator('.console__guest canvas').waitFor()
  await at.page.keyboard.down('Escape') // held, it gives the keys back
  await at.page.waitForFunction(() => document.activeElement?.closest('.console__bar') !== null)
  await at.page.keyboard.up('Escape')
  await at.page.keyboard.press('Tab')
  await at.page.keyboard.press('Enter')
  await serialShows(at.page, 'welcome:/root#')
  await typeCommand(at.page, 'echo $((6 * 7)) without a mouse')
  expect(await serialShows(at.page, '42 without a mouse')).toContain('Welcome to Floe')
})

test('the command that the dialog shows makes the same VM in a terminal', async () => {
  await at.page.goto('/vms/new')
  await at.page.getByLabel('Name').fill('typed')
  await at.page.getByLabel('Memory').fill('192')
  await at.page.getByLabel('Tags').fill('lab try')
  await at.page.getByLabel('Notes').fill("it's 1 of 2")
  const strip = at.page.locator('.command code')
  await at.page.waitForFunction(() => document.querySelector('.command code')?.textContent?.includes('of 2'))
  const [program, ...words] = (await strip.innerText()).replace(' --start', '').split(' ')
  expect(program).toBe('floe')
  const main = join(import.meta.dirname, '../src/main.ts')
  const floeHere = `'${process.execPath}' --conditions=floe-source '${main}' --data '${at.floe.controller.data}'`
  await run('sh', ['-c', `${floeHere} ${words.join(' ')}`])
  await at.page.goto('/vms')
  await at.page.getByRole('link', { name: 'typed', exact: true }).waitFor()
  const vm = await at.floe.controller.client.getVm({ params: { vm: 'typed' } })
  expect(vm).toMatchObject({ memoryMiB: 192, tags: ['lab', 'try'], notes: "it's 1 of 2", state: 'shutoff' })
})

const paths = [
  '/',
  '/vms',
  '/vms/new',
  '/vms/keys',
  '/vms/keys/consoles',
  '/vms/keys/consoles?kind=serial',
  '/vms/keys/configuration',
  '/vms/keys/tasks',
  '/vms/keys/changes',
  '/vms/keys/console?kind=serial',
  '/hosts',
  '/hosts/hv1',
  '/storage',
  '/networks',
  '/tasks',
  '/tasks/1',
  '/changes',
  '/password',
]

/** Goes to a page and waits until nothing is being read any more. */
async function settle(path: string): Promise<void> {
  await at.page.goto(path)
  await at.page.locator('h1, .console__bar').first().waitFor()
  await at.page.waitForFunction(() => document.querySelector('.wait') === null)
}

test('no page has a serious finding of axe, light or dark, or needs sideways scrolling on a phone', async () => {
  const findings: string[] = []
  for (const path of paths) {
    await settle(path)
    for (const theme of ['light', 'dark'] as const) {
      await at.page.emulateMedia({ colorScheme: theme })
      await at.page.locator(`html${theme === 'dark' ? '.pf-v6-theme-dark' : ':not(.pf-v6-theme-dark)'}`).waitFor()
      findings.push(...(await axeFindings(at.page)).map((finding) => `${theme} ${finding}`))
    }
    await at.page.emulateMedia({ colorScheme: 'light' })
    await at.page.setViewportSize({ width: 375, height: 740 })
    const width = await at.page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 375) findings.push(`${path} is ${width} pixels wide in a window of 375`)
    await at.page.setViewportSize({ width: 1440, height: 900 })
  }
  expect(findings).toEqual([])
}, 240_000)

test('dark and light are chosen in the masthead and kept', async () => {
  await at.page.emulateMedia({ colorScheme: 'light' })
  await settle('/')
  await at.page.getByRole('button', { name: 'Theme' }).click()
  await at.page.getByRole('menuitem', { name: 'Dark' }).click()
  await at.page.locator('html.pf-v6-theme-dark').waitFor({ state: 'attached' })
  await at.page.reload()
  await at.page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(await at.page.locator('html.pf-v6-theme-dark').count()).toBe(1)
  await at.page.evaluate(() => localStorage.clear())
})
