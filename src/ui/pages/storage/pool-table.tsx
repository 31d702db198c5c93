import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { usedOf } from '../../data/format.ts'
import type { Pool } from '../../data/resources.ts'
import { useSilentHosts } from '../../data/silent-hosts.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Bar } from '../../parts/bar.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { State, unknownLook } from '../../parts/state.tsx'

const nearlyFull = 0.9

const shareOf = (pool: Pool): number =>
  pool.capacityBytes === 0 ? 0 : (pool.capacityBytes - pool.availableBytes) / pool.capacityBytes

const look = (share: number): 'bad' | 'act' | undefined =>
  share >= 0.99 ? 'bad' : share >= nearlyFull ? 'act' : undefined

const details: readonly Column<Pool>[] = [
  {
    name: 'Path',
    className: 'wraps',
    cell: (pool) => <span className="mono small quiet">{pool.path === null ? '–' : <Said>{pool.path}</Said>}</span>,
  },
  { name: 'Owner', cell: (pool) => (pool.ours ? 'Floe’s own' : <span className="quiet">read only</span>) },
]

/** `short`: for a card, only how full each is. */
export const PoolTable = ({
  pools,
  short,
}: {
  readonly pools: readonly Pool[]
  readonly short?: boolean
}): ReactElement => {
  const silent = useSilentHosts()
  return (
    <DataTable
      label="Pools"
      none="No pools here."
      rows={pools}
      keyOf={(pool) => pool.id}
      columns={[
        {
          name: 'Pool',
          cell: (pool) => (
            <Link to="/storage" search={{ pool: pool.name, host: pool.host }} className="strong">
              <Name of={pool.name} />
            </Link>
          ),
        },
        {
          name: 'State',
          cell: (pool) =>
            silent.has(pool.host) ? (
              <State look={unknownLook} />
            ) : pool.state === 'running' ? (
              <State look={{ shape: 'disc', tone: 'good', word: 'Running' }} />
            ) : (
              <State look={{ shape: 'ring', tone: 'quiet', word: 'Off' }} />
            ),
        },
        {
          name: 'Where',
          cell: (pool) => (
            <>
              {pool.type} on <Name of={pool.host} />
            </>
          ),
        },
        {
          name: 'Used',
          className: 'barcell',
          cell: (pool) => (
            <Bar label={`Used of ${visibleText(pool.name)}`} share={shareOf(pool)} look={look(shareOf(pool))} />
          ),
        },
        {
          name: 'Used / all',
          figures: true,
          cell: (pool) => usedOf(pool.capacityBytes - pool.availableBytes, pool.capacityBytes),
        },
        ...(short === true ? [] : details),
      ]}
    />
  )
}
