import { expect, test } from 'vitest'

import { sumOfFileSystems, type PoolFigures } from './file-systems.ts'

const GiB = 1024 ** 3
const pool = (more: Partial<PoolFigures> = {}): PoolFigures => ({
  host: 'hv1',
  kind: 'dir',
  capacityBytes: 100 * GiB,
  availableBytes: 40 * GiB,
  ...more,
})

test('directory pools of one disk are counted once, also when one was read a little later', () => {
  const later = pool({ availableBytes: 39 * GiB })
  expect(sumOfFileSystems([pool(), later, pool()])).toEqual({
    capacityBytes: 100 * GiB,
    availableBytes: 39 * GiB,
    shared: 2,
  })
})

test('pools of other hosts, other sizes, other room or other kinds are counted each', () => {
  const others = [
    pool(),
    pool({ host: 'hv2' }),
    pool({ capacityBytes: 100 * GiB + 4096 }),
    pool({ availableBytes: 90 * GiB }),
    pool({ kind: 'logical' }),
    pool({ kind: 'logical' }),
  ]
  expect(sumOfFileSystems(others)).toMatchObject({ shared: 0, availableBytes: 290 * GiB })
  expect(sumOfFileSystems([])).toEqual({ capacityBytes: 0, availableBytes: 0, shared: 0 })
})
