import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { usedOf } from '../../data/format.ts'
import type { Host } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Bar } from '../../parts/bar.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Name } from '../../parts/name.tsx'
import { HostState } from '../../parts/state.tsx'

const used = (host: Host): number | null =>
  // A container's libvirt may see more memory free than its machine has.
  host.memoryFreeBytes === null ? null : Math.max(0, host.memoryBytes - host.memoryFreeBytes)

export const HostTable = (props: {
  readonly hosts: readonly Host[]
  /** For a card: only what says how it is. */
  readonly short?: boolean
}): ReactElement => (
  <DataTable
    label="Hosts"
    rows={props.hosts}
    keyOf={(host) => host.id}
    columns={[
      {
        name: 'Host',
        cell: (host) => (
          <Link to="/hosts/$host" params={{ host: host.name }} className="strong">
            <Name of={host.name} />
          </Link>
        ),
      },
      { name: 'State', cell: (host) => <HostState host={host} /> },
      { name: 'VMs', figures: true, cell: (host) => `${host.vms.running} / ${host.vms.all}` },
      ...(props.short === true ? [] : [{ name: 'CPUs', figures: true, cell: (host: Host) => host.cpus }]),
      {
        name: 'Memory',
        className: 'barcell',
        cell: (host) => {
          const bytes = used(host)
          return bytes === null ? (
            <span className="quiet">–</span>
          ) : (
            <Bar label={`Memory of ${visibleText(host.name)}`} share={bytes / host.memoryBytes} />
          )
        },
      },
      {
        name: 'Used / all',
        figures: true,
        cell: (host) => (used(host) === null ? '–' : usedOf(used(host) ?? 0, host.memoryBytes)),
      },
      {
        name: 'Virtualization',
        cell: (host) =>
          host.kvm.works ? (
            'KVM'
          ) : (
            <span className="amber-text" title={host.kvm.why}>
              software only
            </span>
          ),
      },
      {
        name: 'System',
        cell: (host) =>
          host.qemu === null ? <span className="quiet">–</span> : `QEMU ${host.qemu} · libvirt ${host.libvirt ?? '–'}`,
      },
    ]}
  />
)
