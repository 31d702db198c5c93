import type { ReactNode } from 'react'

import { mebibytes } from '../../data/format.ts'
import type { Vm } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import type { VmSort } from '../../data/window-cache.ts'
import { Icon } from '../../parts/icon.tsx'
import { Name } from '../../parts/name.tsx'
import { Tags } from '../../parts/page.tsx'
import { QuickLink } from '../../parts/quick-link.tsx'
import { VmState } from '../../parts/state.tsx'
import { Ago } from '../../parts/time.tsx'

export type VmColumn = {
  readonly id: string
  readonly name: string
  readonly width: string
  readonly sort?: VmSort
  readonly figures?: boolean
  readonly cell: (vm: Vm, now: number) => ReactNode
}

const marks = (vm: Vm): ReactNode => (
  <>
    {vm.drift === null ? null : (
      <span
        className="amber-text"
        title={`Changed outside: ${visibleText(vm.drift.title, 200)}`}
        role="img"
        aria-label="Changed outside"
      >
        <Icon name="outside" size={14} />
      </span>
    )}
    {vm.protected ? (
      <span className="quiet" title="Protected from deletion" role="img" aria-label="Protected">
        <Icon name="lock" size={13} />
      </span>
    ) : null}
    {vm.foreign === null ? null : <small className="quiet">another Floe’s</small>}
  </>
)

/** Every column there is; which are shown is in the address. */
export const vmColumns: readonly VmColumn[] = [
  {
    id: 'name',
    name: 'Name',
    width: 'minmax(150px, 1.4fr)',
    sort: 'name',
    cell: (vm) => (
      <QuickLink href={`/vms/${encodeURIComponent(vm.name)}`} className="strong">
        <Name of={vm.name} />
      </QuickLink>
    ),
  },
  {
    id: 'state',
    name: 'State',
    width: 'minmax(170px, 1.5fr)',
    sort: 'state',
    cell: (vm, now) => (
      <>
        <VmState vm={vm} now={now} />
        {marks(vm)}
      </>
    ),
  },
  {
    id: 'host',
    name: 'Host',
    width: 'minmax(80px, 0.8fr)',
    cell: (vm) =>
      vm.host === null ? (
        <span className="quiet">–</span>
      ) : (
        <QuickLink href={`/hosts/${encodeURIComponent(vm.host)}`} className="clip">
          <Name of={vm.host} />
        </QuickLink>
      ),
  },
  { id: 'memory', name: 'Memory', width: '92px', sort: 'memory', figures: true, cell: (vm) => mebibytes(vm.memoryMiB) },
  { id: 'vcpus', name: 'vCPUs', width: '72px', sort: 'vcpus', figures: true, cell: (vm) => vm.vcpus },
  {
    id: 'tags',
    name: 'Tags',
    width: 'minmax(110px, 1.1fr)',
    cell: (vm) => (vm.tags.length === 0 ? <span className="quiet">–</span> : <Tags tags={vm.tags} />),
  },
  {
    id: 'created',
    name: 'Created',
    width: '130px',
    sort: 'created',
    cell: (vm, now) => (
      <span className="quiet" title={vm.createdAt === null ? 'Adopted: seen since then.' : undefined}>
        {vm.createdAt === null ? 'seen ' : null}
        <Ago at={vm.createdAt ?? vm.knownSince} now={now} />
      </span>
    ),
  },
  {
    id: 'by',
    name: 'By',
    width: '110px',
    cell: (vm) => <span className="clip quiet">{vm.createdBy === null ? '–' : <Name of={vm.createdBy} />}</span>,
  },
  {
    id: 'notes',
    name: 'Notes',
    width: 'minmax(140px, 1.2fr)',
    cell: (vm) => <span className="clip quiet">{vm.notes === '' ? '–' : <Name of={vm.notes} />}</span>,
  },
]

const usual = ['name', 'state', 'host', 'memory', 'vcpus', 'tags', 'created']

/** The columns an address asks for, in their own order; the name is always there. */
export const shownColumns = (cols: string | undefined): readonly VmColumn[] => {
  const wanted = new Set(cols === undefined ? usual : ['name', ...cols.split(',')])
  return vmColumns.filter((column) => wanted.has(column.id))
}

export const colsText = (ids: readonly string[]): string | undefined => {
  const text = vmColumns.filter((column) => ids.includes(column.id)).map((column) => column.id)
  return text.join() === usual.join() ? undefined : text.join()
}
