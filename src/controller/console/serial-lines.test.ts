import { pino } from 'pino'
import { expect, test } from 'vitest'

import { newId, type HostId, type VmId } from '../../base/ids.ts'
import { createSerialLines } from './serial-lines.ts'
import { startGuest } from './testing.ts'

const log = pino({ level: 'silent' })
const host = newId<HostId>()
const otherHost = newId<HostId>()

/** What a viewer of the line is shown once it is open. */
async function shown(line: ReturnType<ReturnType<typeof createSerialLines>['of']>): Promise<string> {
  await line.ready()
  let text = ''
  line.attach({ show: (bytes) => (text += bytes.toString()), ended: () => {} })[Symbol.dispose]()
  return text
}

test('past the room on a host the line least recently looked at is read no more, and its viewer is told', async () => {
  await using guest = await startGuest()
  const [a, b, c] = [newId<VmId>(), newId<VmId>(), newId<VmId>()]
  const openConsole = () => guest.open()
  await using lines = createSerialLines({ hosts: { openConsole }, log, room: { perHost: 2, inAll: 10 } })
  lines.started(a, host)
  await lines.of(a, host).ready()
  lines.started(b, host)
  await lines.of(b, host).ready()
  lines.started(newId<VmId>(), otherHost)
  // Looked at: now b is the one that nobody asked for the longest.
  expect(await shown(lines.of(a, host))).toBe('')
  lines.left(a)
  lines.started(c, host)
  await lines.of(c, host).ready()
  // What is listed again was started before: it takes nobody's place.
  lines.started(b, host)
  expect(await shown(lines.of(a, host))).toBe('')
  expect(await shown(lines.of(b, host))).toMatch(/^\[Floe: what this VM wrote before is not kept; 2 consoles a host/)
})

test('a line with a viewer is never taken', async () => {
  await using guest = await startGuest()
  const openConsole = () => guest.open()
  await using lines = createSerialLines({ hosts: { openConsole }, log, room: { perHost: 1, inAll: 10 } })
  const a = newId<VmId>()
  const line = lines.of(a, host)
  await line.ready()
  let ended = false
  using _viewer = line.attach({ show: () => {}, ended: () => (ended = true) })
  for (let i = 0; i < 3; i++) lines.started(newId<VmId>(), host)
  expect(lines.of(a, host)).toBe(line)
  expect(ended).toBe(false)
})
