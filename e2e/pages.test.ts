import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { run } from '../testbed/run.ts'
import { axeFindings, keepPicture, type Person } from './browser.ts'
import { enter, startFloe, type Floe } from './floe.ts'
import { serialShows, typeCommand } from './serial.ts'

/** Every page for everybody: both themes, small windows, no mouse. */
let floe: Floe
let admin: Person
let page: Page

beforeAll(async () => {
  floe = await startFloe()
  admin = await floe.browser.person(floe.url)
  page = admin.page
  await enter(page, floe.controller)
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await keepPicture(page, `pages ${task.name}`)
  else admin.expectNoTrouble()
})
afterAll(() => floe?.[Symbol.asyncDispose]())

test('from creating a VM to typing into its console without a mouse', async () => {
  await page.goto('/')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('create')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Create a virtual machine' }).waitFor()
  await page.keyboard.type('keys') // the name has the focus
  await page.getByText('free', { exact: true }).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('heading', { name: 'Create and start keys' }).waitFor()
  await page.getByRole('main').getByText('Done', { exact: true }).first().waitFor()

  await page.keyboard.press('g')
  await page.keyboard.press('v')
  await page.getByRole('grid').getByRole('link', { name: 'keys', exact: true }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('keys')
  await page.waitForURL(/[?&]q=keys$/) // what is typed is asked for after a short pause
  await page.getByText('1 match').waitFor()
  await page.keyboard.press('Enter') // from the filter to the rows
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'keys', level: 1 }).waitFor()
  await page.keyboard.press('c')
  await page.locator('.console__guest canvas').waitFor()
  await page.keyboard.down('Escape') // held, it gives the keys back
  await page.waitForFunction(() => document.activeElement?.closest('.console__bar') !== null)
  await page.keyboard.up('Escape')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await serialShows(page, 'welcome:/root#')
  await typeCommand(page, 'echo $((6 * 7)) without a mouse')
  expect(await serialShows(page, '42 without a mouse')).toContain('Welcome to Floe')
})

test('the command that the dialog shows makes the same VM in a terminal', async () => {
  await page.goto('/vms/new')
  await page.getByLabel('Name').fill('typed')
  await page.getByLabel('Memory').fill('192')
  await page.getByLabel('Tags').fill('lab try')
  await page.getByLabel('Notes').fill("it's 1 of 2")
  const strip = page.locator('.command code')
  await page.waitForFunction(() => document.querySelector('.command code')?.textContent?.includes('of 2'))
  const [program, ...words] = (await strip.innerText()).replace(' --start', '').split(' ')
  expect(program).toBe('floe')
  const main = join(import.meta.dirname, '../src/main.ts')
  const floeHere = `'${process.execPath}' --conditions=floe-source '${main}' --data '${floe.controller.data}'`
  await run('sh', ['-c', `${floeHere} ${words.join(' ')}`])
  await page.goto('/vms')
  await page.getByRole('link', { name: 'typed', exact: true }).waitFor()
  const vm = await floe.controller.client.getVm({ params: { vm: 'typed' } })
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
  await page.goto(path)
  await page.locator('h1, .console__bar').first().waitFor()
  await page.waitForFunction(() => document.querySelector('.wait') === null)
}

test('no page has a serious finding of axe, light or dark, or needs sideways scrolling on a phone', async () => {
  const findings: string[] = []
  for (const path of paths) {
    await settle(path)
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await page.locator(`html${theme === 'dark' ? '.pf-v6-theme-dark' : ':not(.pf-v6-theme-dark)'}`).waitFor()
      findings.push(...(await axeFindings(page)).map((finding) => `${theme} ${finding}`))
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 375, height: 740 })
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    if (width > 375) findings.push(`${path} is ${width} pixels wide in a window of 375`)
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  expect(findings).toEqual([])
}, 240_000)

test('dark and light are chosen in the masthead and kept', async () => {
  await page.emulateMedia({ colorScheme: 'light' })
  await settle('/')
  await page.getByRole('button', { name: 'Theme' }).click()
  await page.getByRole('menuitem', { name: 'Dark' }).click()
  await page.locator('html.pf-v6-theme-dark').waitFor({ state: 'attached' })
  await page.reload()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(await page.locator('html.pf-v6-theme-dark').count()).toBe(1)
  await page.evaluate(() => localStorage.clear())
})
