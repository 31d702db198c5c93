import { expect, test } from 'vitest'

import { ownDisks } from './own-disks.ts'
import type { Disk, Pool } from './resources.ts'

const pools = [
  { name: 'floe', host: 'hv1', ours: true },
  { name: 'default', host: 'hv1', ours: false },
  { name: 'floe2', host: 'hv2', ours: true },
] as Pool[]
const disk = (target: string, device: Disk['device'], pool: string | null): Disk => ({ target, device, pool }) as Disk

test('only disks in a pool of Floe’s own on its host can be removed with a VM', () => {
  const disks = [
    disk('vda', 'disk', 'floe'),
    disk('vdb', 'disk', 'default'),
    disk('vdc', 'disk', 'floe2'),
    disk('vdd', 'disk', null),
    disk('sda', 'cdrom', 'floe'),
  ]
  expect(ownDisks({ disks, host: 'hv1' }, pools).map(({ target }) => target)).toEqual(['vda'])
  expect(ownDisks({ disks: [], host: 'hv1' }, pools)).toEqual([])
})
