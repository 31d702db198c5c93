import { randomUUID } from 'node:crypto'

import { Client } from 'pg'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { testDatabase } from '../src/db/testing.ts'
import { startController } from '../testbed/controller.ts'
import { builtPages } from '../testbed/pages.ts'
import { startBrowser } from './browser.ts'
import { enter } from './floe.ts'

const count = 20_000

/** Rows as 20,000 adopted VMs would have them. Written with SQL: twenty thousand real definitions take minutes, and this
 *  test is about the page and its windows, not about where the rows come from. */
async function fill(url: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  const host = randomUUID()
  await client.query(
    `insert into host (id, name, uri, state, scopes) values ($1, 'hv9', 'qemu+unix:///x', 'up', '{all}')`,
    [host],
  )
  await client.query(
    `with made as (
       insert into vm (id, name, memory_mib, vcpus, scopes, revision)
       select gen_random_uuid(), 'desk-' || lpad(n::text, 5, '0'), 1024 + n % 7 * 512, 1 + n % 8, '{all}', 0
       from generate_series(1, $2::int) n returning id, name)
     insert into sighting (host_id, uuid, vm_id, name, state)
     select $1, gen_random_uuid(), id, name, case when right(name, 1) = '0' then 'shutoff' else 'running' end from made`,
    [host, count],
  )
  await client.query('analyze vm, sighting')
  await client.end()
}

test('a list of 20,000 VMs scrolls to any row and asks only for the windows one looks at', async () => {
  await using database = await testDatabase({ max: 1 })
  await using controller = await startController({ database: database.url, env: { FLOE_UI: await builtPages() } })
  await fill(database.url)
  await using browser = await startBrowser()
  await using admin = await browser.person(controller.url)
  const { page } = admin
  await enter(page, controller)
  const asked: URL[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname === '/api/v1/vms') asked.push(url)
  })
  await page.goto('/vms')
  const grid = page.getByRole('grid', { name: 'Virtual machines' })
  await grid.getByText('desk-00001').waitFor()
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(count + 1))

  await grid.focus()
  await page.keyboard.press('End')
  await grid.getByText('desk-20000').waitFor()
  await page.locator('.vt__scroll').evaluate((scroll) => {
    scroll.scrollTop = scroll.scrollHeight / 2
  })
  await grid.getByText('desk-10000', { exact: true }).waitFor()
  // Rows in sight and a few beyond: neither the page nor the server holds 20,000.
  expect(await grid.getByRole('row').count()).toBeLessThan(100)
  const windows = asked.map((url) => Number(url.searchParams.get('from') ?? 0))
  expect(windows).toContain(0)
  expect(asked.every((url) => Number(url.searchParams.get('limit')) <= 100)).toBe(true)
  expect(new Set(windows).size).toBeLessThan(15)

  process.stdout.write(`Scrolling through ${count} rows: ${framesWords(await framesWhileScrolling(page))}\n`)

  await page.getByRole('textbox', { name: 'Filter by name or tag' }).fill('desk-1234')
  await page.getByText('10 match').waitFor()
  await grid.getByText('desk-12345').waitFor()
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await grid.getByText('desk-00001').waitFor()
  await staysWithTheKeyboard(page)
  admin.expectNoTrouble()
})

/** The keyboard is quicker than the rows: Enter opens the row it stands on when that has been read, and what has the
 *  focus keeps it wherever one scrolls. */
async function staysWithTheKeyboard(page: Page): Promise<void> {
  const grid = page.getByRole('grid', { name: 'Virtual machines' })
  const here = () => grid.getAttribute('aria-activedescendant')
  await grid.getByRole('row').filter({ hasText: 'desk-00003' }).getByRole('button').focus()
  await page.locator('.vt__scroll').evaluate((scroll) => {
    scroll.scrollTop = scroll.scrollHeight / 2
  })
  await grid.getByText('desk-10000', { exact: true }).waitFor()
  const focused = await page.evaluate(() =>
    document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex'),
  )
  expect(focused).toBe('4')

  const { promise: asked, resolve: answer } = Promise.withResolvers<void>()
  await page.route(/\/api\/v1\/vms\?/, async (route) => {
    await asked
    await route.continue()
  })
  await grid.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('End')
  const row = page.locator(`[id="${await here()}"]`)
  await row.waitFor()
  expect(await row.getAttribute('aria-rowindex')).toBe(String(count + 1))
  expect(await row.getByRole('link').count()).toBe(0)
  await page.keyboard.press('Enter')
  expect(new URL(page.url()).pathname).toBe('/vms')
  answer()
  await page.getByRole('heading', { name: 'desk-20000', level: 1 }).waitFor()
  await page.unroute(/\/api\/v1\/vms\?/)

  await page.goBack()
  // From the first row to the last, of which hardly any has been looked at.
  await grid.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+End')
  await page.getByText(`${count.toLocaleString('en')} selected`).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText(`${count.toLocaleString('en')} selected`).waitFor({ state: 'detached' })
}

type Frames = { readonly perSecond: number; readonly longestMs: number; readonly taskMs: number }

const framesWords = ({ perSecond, longestMs, taskMs }: Frames): string =>
  `${perSecond.toFixed(0)} frames/s, the longest ${longestMs.toFixed(0)} ms, ${taskMs.toFixed(1)} ms of work a frame`

/** Scrolls by 24 rows a frame for 3 s, and tells what the browser came to. Told, never asserted: it is this machine's. */
async function framesWhileScrolling(page: Page): Promise<Frames> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const busy = async (): Promise<number> =>
    (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  const before = await busy()
  const times = await page.locator('.vt__scroll').evaluate(async (scroll) => {
    scroll.scrollTop = 0
    const seen: number[] = []
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
    const begun = await frame()
    for (let at = begun; at - begun < 3000; at = await frame()) {
      seen.push(at)
      scroll.scrollTop += 24 * 32
    }
    return seen
  })
  const taskMs = (((await busy()) - before) * 1000) / times.length
  await cdp.detach()
  const gaps = times.slice(1).map((time, at) => time - times[at]!)
  const all = gaps.reduce((sum, gap) => sum + gap, 0)
  return { perSecond: (gaps.length * 1000) / all, longestMs: Math.max(...gaps), taskMs }
}
