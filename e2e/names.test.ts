import { readFile, writeFile } from 'node:fs/promises'

import { afterEach, beforeAll, expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { withFloe } from './with-floe.ts'

/** Names that libvirt takes from anybody, and that a page must neither hide nor obey. */
const at = withFloe('names')
const turned = 'evil\u202Egpj.exe'
const hidden = 'web\u200B'
const blank = ' web '
const long = 'w'.repeat(200)
const bold = '<b>web<b>'
const all = [turned, hidden, blank, long, bold]

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

beforeAll(async () => {
  const { path } = await makeGuest(at.floe.host, { name: 'web' })
  await at.floe.host.virsh('define', path)
  const xml = (await readFile(path, 'utf8')).replace(/<uuid>.*?<\/uuid>/, '').replace(/<log [^>]*>/, '')
  for (const [index, name] of all.entries()) {
    const file = `${at.floe.host.imagesDir}/odd-${index}.xml`
    await writeFile(file, xml.replace('<name>web</name>', `<name>${escaped(name)}</name>`))
    await at.floe.host.virsh('define', file)
  }
})
afterEach(() => at.page.setViewportSize({ width: 1440, height: 900 }))

test('two names that would look the same are told apart in the list, and nothing is turned around', async () => {
  await at.page.goto('/vms')
  const grid = at.page.getByRole('grid')
  await grid.getByText(bold).waitFor() // the last one that was defined
  const names = await grid.locator('a.strong').allInnerTexts()
  expect(names.toSorted()).toEqual([bold, `evilU+202Egpj.exe`, long, 'web', 'webU+200B', '␣web␣'].toSorted())
  expect(await grid.locator('bdi').count()).toBeGreaterThanOrEqual(all.length)
  expect(await grid.locator('b').count()).toBe(0)
})

/** What sticks out of the page's frame, where it would be cut off unseen; what scrolls by itself may be wider. */
const tooWide = () =>
  at.page.evaluate(() => {
    const page = document.querySelector('.page')!
    const edge = page.getBoundingClientRect().right
    const inside = [...page.querySelectorAll('*')].filter(
      (element) => !element.parentElement!.closest('.scrolls, .vt, .tabs'),
    )
    return inside
      .filter(
        (element) =>
          element.getBoundingClientRect().right > edge + 1 && element.closest('.visually-hidden, bdi') === null,
      )
      .map((element) => element.outerHTML.slice(0, 120))
  })

test('a VM’s page, dialog and lists keep their width with any name, also on a phone', async () => {
  const vms = [turned, blank, long].map((name) => `/vms/${encodeURIComponent(name)}`)
  for (const width of [1440, 375]) {
    await at.page.setViewportSize({ width, height: 740 })
    for (const path of [...vms, '/changes', '/', '/hosts/hv1', '/vms']) {
      await at.page.goto(path)
      await at.page.getByRole('heading', { level: 1 }).waitFor()
      await at.page.waitForFunction(() => document.querySelector('.wait') === null)
      expect([path, await tooWide()]).toEqual([path, []])
      expect(await at.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  }
})

test('an odd name is not asked to be typed, and a VM without disks of Floe’s own is not offered to lose them', async () => {
  await at.page.goto(`/vms/${encodeURIComponent(turned)}`)
  await at.page.waitForFunction(() => document.title === 'evil‹U+202E›gpj.exe · Floe')
  await at.page.getByRole('button', { name: 'Actions of' }).click()
  await at.page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = at.page.getByRole('dialog')
  await dialog.getByText('It has no disk in Floe’s own pool').waitFor()
  expect(await dialog.getByRole('checkbox').count()).toBe(0)
  await dialog.getByRole('button', { name: /^Delete evil/ }).click()
  await at.page.goto('/vms')
  await at.page.getByRole('grid').getByText('U+202E').waitFor({ state: 'detached' })
})

test('a name that is taken or cannot be one says so beside the button, and there is no command for it', async () => {
  await at.page.goto('/vms/new')
  const create = at.page.getByRole('button', { name: 'Create and start' })
  await at.page.getByLabel('Name').fill('web')
  const why = at.page.locator('.create__foot').getByRole('status')
  await why.getByText('There is a VM web already. web-2 is free.').waitFor()
  expect(await create.getAttribute('aria-disabled')).toBe('true')
  await at.page.getByLabel('Name').fill("a;b'c")
  await why.getByText('A name has letters').waitFor()
  expect(await at.page.locator('.command code').count()).toBe(0)
  expect(await create.getAttribute('aria-disabled')).toBe('true')
  await at.page.getByLabel('Name').fill('web-2')
  await at.page.getByText('free', { exact: true }).waitFor()
  expect(await create.getAttribute('aria-disabled')).not.toBe('true')
})

test('sizes that cannot be are marked each by itself, the rail tells where, and nothing can be created', async () => {
  await at.page.goto('/vms/new')
  await at.page.getByLabel('Name').fill('a b')
  await at.page.getByLabel('vCPUs').fill('9007199254740993')
  await at.page.getByLabel('Memory').fill('-5')
  const form = at.page.locator('.create__form')
  for (const words of ['A name has letters', 'vCPUs are a whole number', 'Memory is a whole number'])
    await form.getByText(words).waitFor()
  const rail = at.page.getByRole('navigation', { name: 'Parts of the form' })
  expect(await rail.getByRole('img', { name: 'Something is wrong here' }).count()).toBe(2)
  for (const name of ['Create only', 'Create and start'])
    expect(await at.page.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true')
  await at.page.getByLabel('Name').fill('sized')
  await at.page.getByLabel('vCPUs').fill('2')
  await at.page.getByLabel('Memory').fill('512')
  await at.page.getByText('--memory 512MiB --vcpus 2').waitFor()
  expect(await rail.getByRole('img', { name: 'Something is wrong here' }).count()).toBe(0)
})

test('the page of a VM that is deleted says so, names the task, and offers nothing of it', async () => {
  await at.page.goto('/vms/web')
  await at.page.getByRole('button', { name: 'Actions of' }).click()
  await at.page.getByRole('menuitem', { name: 'Delete…' }).click()
  await at.page.getByRole('dialog').getByRole('button', { name: 'Delete web' }).click()
  await at.page.getByText('It was deleted;').waitFor()
  await at.page.locator('footer.strip').getByRole('link', { name: 'Delete web' }).waitFor()
  expect(
    await at.page
      .getByRole('main')
      .getByRole('link', { name: /^(Console|Serial)$/ })
      .count(),
  ).toBe(0)
  expect(await at.page.getByRole('button', { name: 'Edit' }).count()).toBe(0)
})
