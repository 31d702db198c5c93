import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { beforeAll, expect, test } from 'vitest'

import { noteSeconds } from '../../testbed/cells.ts'
import { startController } from '../../testbed/controller.ts'
import { startHost, type Host } from '../../testbed/host.ts'
import { scratch } from '../../testbed/scratch.ts'
import { kills } from './testing/kill-cells.ts'
import { rowsOf, type Ground } from './testing/kill-rows.ts'
import { runKillCells, type CellEnd } from './testing/run-kill-cells.ts'

/** The cells' ground on real libvirt and QEMU. */
function groundOf(host: Host, others: readonly Host[], folder: string): Ground {
  let turn = 0
  let files = 0
  const lines = (text: string): string[] => text.split('\n').filter(Boolean)
  return {
    host: { name: host.name, uri: host.uri },
    hostsToAdd: others.length,
    async domains() {
      const names = lines(await host.virsh('list', '--all', '--name'))
      return Promise.all(
        names.map(async (name) => {
          const state = (await host.virsh('domstate', name).catch(() => 'gone since')).trim()
          return { name, state: state === 'shut off' ? 'shutoff' : state }
        }),
      )
    },
    volumes: async () =>
      lines(await host.virsh('vol-list', 'floe'))
        .slice(2)
        .map((line) => line.trim().split(/\s+/)[0]!),
    addVolume: async (name) => void (await host.virsh('vol-create-as', 'floe', name, '1M', '--format', 'qcow2')),
    async define(xml) {
      const file = join(folder, `define-${++files}.xml`)
      await writeFile(file, xml.replace('type="kvm"', 'type="qemu"'))
      await host.virsh('define', file)
    },
    undefine: async (name) => void (await host.virsh('undefine', name).catch(() => {})), // perhaps it is gone
    hostToAdd: async () => {
      // A host is added once: each time there is one more slash in its address, and it is another to Floe.
      const { name, unixSocket } = others[turn % others.length]!
      const slashes = '/'.repeat(++turn)
      return { name: `${name}-${turn}`, uri: `qemu+unix:///system?socket=${slashes}${unixSocket}` }
    },
  }
}

let ends: Map<string, CellEnd>
beforeAll(async () => {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('hold'))
  const hold = join(folder.path, 'hold')
  const host = made.use(await startHost())
  const cells = kills.chosen
  const ofHost = cells.filter((cell) => rowsOf(cell)[0]?.ofHost).length
  const others: Host[] = []
  for (let n = 2; n < 2 + Math.min(4, ofHost); n++) others.push(made.use(await startHost({ name: `host-${n}` })))
  const floe = made.use(await startController({ host, env: { FLOE_HOLD_FILE: hold } }))
  ends = await runKillCells(floe, hold, groundOf(host, others, folder.path), cells)
}, 1_800_000)

test.for(kills.chosen)('cell kill/%s', (cell, { task }) => {
  const end = ends.get(cell)!
  noteSeconds(task.meta, end.seconds)
  expect(end.wrong).toBeUndefined()
})
