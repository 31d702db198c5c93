import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Fragment, type ReactElement } from 'react'

import { bytes } from '../../data/format.ts'
import { poolsQuery, volumesQuery } from '../../data/queries.ts'
import type { Volume } from '../../data/resources.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { More } from '../../parts/more.tsx'
import { Name } from '../../parts/name.tsx'
import { Answer, Card, Empty, Page } from '../../parts/page.tsx'
import { PoolTable } from './pool-table.tsx'

const route = getRouteApi('/inside/shell/storage')

/** Where do disks lie, and how full is it? */
export const StoragePage = (): ReactElement => {
  const search = route.useSearch()
  const pools = useQuery(poolsQuery)
  const volumes = useInfiniteQuery(volumesQuery(search))
  return (
    <Page title="Storage">
      <div className="stack">
        <Card title="Pools" bare>
          <Answer of={pools} what="Reading the pools">
            {(page) =>
              page.items.length === 0 ? (
                <Empty title="No pools">Floe makes one of its own on each host it connects to.</Empty>
              ) : (
                <PoolTable pools={page.items} />
              )
            }
          </Answer>
        </Card>
        <Card
          title={
            search.pool === undefined ? (
              'Volumes'
            ) : (
              <>
                Volumes of <Name of={search.pool} />
              </>
            )
          }
          bare
          end={
            search.pool === undefined ? undefined : (
              <ButtonLink look="link" small to="/storage">
                Of all pools
              </ButtonLink>
            )
          }
        >
          <Answer of={volumes} what="Reading the volumes">
            {(data) => {
              const rows = data.pages.flatMap((page) => page.items)
              return rows.length === 0 ? (
                <Empty title="No volumes here">
                  Disks of new VMs and ISO images appear here as libvirt lists them.
                </Empty>
              ) : (
                <>
                  <VolumeTable volumes={rows} />
                  <More of={volumes} />
                </>
              )
            }}
          </Answer>
        </Card>
      </div>
    </Page>
  )
}

const VolumeTable = ({ volumes }: { readonly volumes: readonly Volume[] }): ReactElement => (
  <DataTable
    label="Volumes"
    rows={volumes}
    keyOf={(volume) => volume.id}
    columns={[
      { name: 'Volume', cell: (volume) => <Name of={volume.name} title={volume.path} /> },
      {
        name: 'Pool',
        cell: (volume) => (
          <>
            <Name of={volume.pool} /> on <Name of={volume.host} />
          </>
        ),
      },
      { name: 'Kind', cell: (volume) => (volume.kind === 'iso' ? 'ISO image' : volume.kind) },
      { name: 'Format', cell: (volume) => volume.format ?? <span className="quiet">–</span> },
      { name: 'Size', figures: true, cell: (volume) => bytes(volume.capacityBytes) },
      { name: 'Allocated', figures: true, cell: (volume) => bytes(volume.allocationBytes) },
      {
        name: 'Used by',
        cell: (volume) =>
          volume.usedBy.length === 0 ? (
            <span className="quiet">–</span>
          ) : (
            volume.usedBy.map((vm, at) => (
              <Fragment key={vm}>
                {at > 0 ? ', ' : ''}
                <Link to="/vms/$vm" params={{ vm }}>
                  <Name of={vm} />
                </Link>
              </Fragment>
            ))
          ),
      },
    ]}
  />
)
