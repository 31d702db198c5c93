import { join } from 'node:path'

import { beforeAll, expect, test } from 'vitest'

import { startController } from '../../testbed/controller.ts'
import { scratch } from '../../testbed/scratch.ts'
import { startFakeHost, type FakeHost } from './testing/fake-host.ts'
import { kills } from './testing/kill-cells.ts'
import { rowKey, rows } from './testing/kill-rows.ts'
import { runKillCells, type CellEnd } from './testing/run-kill-cells.ts'

test('every step of every task has its row', () => {
  expect([...new Set(kills.cells.map(rowKey))].sort()).toEqual(Object.keys(rows).sort())
})

const pick = ({ name, uri }: FakeHost) => ({ name, uri })

let ends: Map<string, CellEnd>
beforeAll(async () => {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('hold'))
  const hold = join(folder.path, 'hold')
  const host = made.use(await startFakeHost())
  const floe = made.use(await startController({ host, env: { FLOE_HOLD_FILE: hold } }))
  ends = await runKillCells(
    floe,
    hold,
    {
      host,
      domains: async () => host.domains(),
      volumes: async () => host.volumes('floe'),
      addVolume: async (name) => host.addVolume('floe', name),
      define: async (xml) => void host.define(xml),
      undefine: async (name) => host.undefine(name),
      hostsToAdd: Infinity,
      hostToAdd: async () => pick(made.use(await startFakeHost())),
    },
    kills.cells,
  )
}, 600_000)

test.for(kills.cells)('a controller killed at %s leaves a task that ends, and nothing doubled', (cell) => {
  expect(ends.get(cell)?.wrong).toBeUndefined()
})
