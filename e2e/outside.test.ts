import { readFile, writeFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { makeGuest } from '../testbed/guest.ts'
import { withFloe } from './with-floe.ts'

/** What somebody does without Floe: with virsh, or with another Floe. */
const at = withFloe('outside')

const row = (name: string) => at.page.getByRole('row').filter({ has: at.page.getByRole('link', { name, exact: true }) })

test('what virsh defines, starts and removes is in the list at once, by "outside"', async () => {
  await at.page.goto('/vms')
  await at.page.getByRole('heading', { name: 'No virtual machines yet' }).waitFor()
  const { path } = await makeGuest(at.floe.host, { name: 'byhand' })
  await at.floe.host.virsh('define', path)
  await row('byhand').getByText('Off').waitFor()
  await at.floe.host.virsh('start', 'byhand')
  await row('byhand').getByText('Running').waitFor()
  await at.floe.host.virsh('destroy', 'byhand')
  await row('byhand').getByText('Off').waitFor()

  await row('byhand').getByRole('link', { name: 'byhand' }).click()
  await at.page.getByRole('link', { name: 'All changes' }).click()
  const started = at.page.getByRole('listitem').filter({ hasText: 'Started on hv1' })
  await started.first().waitFor()
  expect(await started.first().innerText()).toContain('outside')
})

test('what virsh changes is drift: who, what it was, what it is; it can be kept', async () => {
  await at.page.goto('/vms/byhand')
  const path = `${at.floe.host.imagesDir}/byhand.xml`
  const xml = await readFile(path, 'utf8')
  await writeFile(path, xml.replace("<memory unit='MiB'>128</memory>", "<memory unit='MiB'>192</memory>"))
  await at.floe.host.virsh('define', path)
  await at.page.getByText(/^Changed outside Floe/).waitFor()
  await at.page.getByRole('link', { name: 'Show what changed' }).click()
  const drift = at.page.getByRole('listitem').filter({ hasText: 'drift' }).first()
  expect(await drift.innerText()).toContain('outside')
  await drift.getByRole('button', { name: 'Diff' }).click()
  const memory = at.page
    .locator('.diff')
    .getByRole('row')
    .filter({ has: at.page.getByText('memory', { exact: true }) })
  expect(await memory.innerText()).toMatch(/128 MiB[^]*192 MiB/)

  await at.page.getByRole('button', { name: 'Keep it so' }).click()
  await at.page.getByText(/^Changed outside Floe/).waitFor({ state: 'detached' })
  expect(await at.floe.host.virsh('dumpxml', 'byhand')).toContain('196608')
})

test("another Floe's VM is read-only until it is taken over", async () => {
  const marker = { id: '0198a5a0-0000-7000-8000-000000000001', floe: '11111111-2222-4333-8444-555555555555' }
  const { path } = await makeGuest(at.floe.host, {
    name: 'theirs',
    extra: `<metadata><floe:vm xmlns:floe="https://floe.example/xmlns/vm/1" id="${marker.id}" floe="${marker.floe}"/></metadata>`,
  })
  await at.floe.host.virsh('define', path)
  await at.page.goto('/vms/theirs')
  await at.page.getByText('Another Floe runs this VM.').waitFor()
  await at.page.getByText(marker.floe).first().waitFor()
  // What the API would refuse is not offered.
  for (const name of ['Start', 'Open console']) expect(await at.page.getByText(name, { exact: true }).count()).toBe(0)
  const { client } = at.floe.controller
  await expect(client.startVm({ params: { vm: 'theirs' } })).rejects.toMatchObject({ code: 'vm_foreign' })
  await at.page.goto('/vms/theirs/consoles?kind=serial')
  await at.page.getByText('Another Floe runs this VM, so its console opens there.').waitFor()
  expect(await at.page.getByText('The console was cut.').count()).toBe(0)

  await at.page.locator('.console__middle').getByRole('button', { name: 'Take over' }).click()
  await at.page.getByRole('button', { name: 'Start theirs' }).waitFor()
  await at.page.goto('/vms/theirs')
  expect(await at.page.getByRole('button', { name: 'Start', exact: true }).isEnabled()).toBe(true)
  expect(await at.floe.host.virsh('dumpxml', 'theirs')).not.toContain(marker.floe)
})
