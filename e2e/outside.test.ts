import { readFile, writeFile } from 'node:fs/promises'

import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { keepPicture, type Person } from './browser.ts'
import { enter, startFloe, type Floe } from './floe.ts'

/** What somebody does without Floe: with virsh, or with another Floe. */
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
  if (task.result?.state === 'fail') await keepPicture(page, `outside ${task.name}`)
  else admin.expectNoTrouble()
})
afterAll(() => floe?.[Symbol.asyncDispose]())

const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

test('what virsh defines, starts and removes is in the list at once, by "outside"', async () => {
  await page.goto('/vms')
  await page.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()
  const { path } = await makeGuest(floe.host, { name: 'byhand' })
  await floe.host.virsh('define', path)
  await row('byhand').getByText('Off').waitFor()
  await floe.host.virsh('start', 'byhand')
  await row('byhand').getByText('Running').waitFor()
  await floe.host.virsh('destroy', 'byhand')
  await row('byhand').getByText('Off').waitFor()

  await row('byhand').getByRole('link', { name: 'byhand' }).click()
  await page.getByRole('link', { name: 'All changes' }).click()
  const started = page.getByRole('listitem').filter({ hasText: 'Started on hv1' })
  await started.first().waitFor()
  expect(await started.first().innerText()).toContain('outside')
})

test('what virsh changes is drift: who, what it was, what it is; it can be kept', async () => {
  await page.goto('/vms/byhand')
  const path = `${floe.host.imagesDir}/byhand.xml`
  const xml = await readFile(path, 'utf8')
  await writeFile(path, xml.replace("<memory unit='MiB'>128</memory>", "<memory unit='MiB'>192</memory>"))
  await floe.host.virsh('define', path)
  await page.getByText(/^Changed outside Floe/).waitFor()
  await page.getByRole('link', { name: 'Show what changed' }).click()
  const drift = page.getByRole('listitem').filter({ hasText: 'drift' }).first()
  expect(await drift.innerText()).toContain('outside')
  await drift.getByRole('button', { name: 'Diff' }).click()
  const memory = page
    .locator('.diff')
    .getByRole('row')
    .filter({ has: page.getByText('memory', { exact: true }) })
  expect(await memory.innerText()).toMatch(/128 MiB[^]*192 MiB/)

  await page.getByRole('button', { name: 'Keep it so' }).click()
  await page.getByText(/^Changed outside Floe/).waitFor({ state: 'detached' })
  expect(await floe.host.virsh('dumpxml', 'byhand')).toContain('196608')
})

test("another Floe's VM is read-only until it is taken over", async () => {
  const marker = { id: '0198a5a0-0000-7000-8000-000000000001', floe: '11111111-2222-4333-8444-555555555555' }
  const { path } = await makeGuest(floe.host, {
    name: 'theirs',
    extra: `<metadata><floe:vm xmlns:floe="https://floe.example/xmlns/vm/1" id="${marker.id}" floe="${marker.floe}"/></metadata>`,
  })
  await floe.host.virsh('define', path)
  await page.goto('/vms/theirs')
  await page.getByText('Another Floe runs this VM').waitFor()
  expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true)
  const { client } = floe.controller
  await expect(client.startVm({ params: { vm: 'theirs' } })).rejects.toMatchObject({ code: 'vm_foreign' })

  await page.getByRole('button', { name: 'Take over' }).click()
  await page.getByText('Another Floe runs this VM').waitFor({ state: 'detached' })
  expect(await page.getByRole('button', { name: 'Start', exact: true }).isEnabled()).toBe(true)
  expect(await floe.host.virsh('dumpxml', 'theirs')).not.toContain(marker.floe)
})
