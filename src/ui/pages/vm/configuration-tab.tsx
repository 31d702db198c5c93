import type { ReactElement } from 'react'

import { bytes, mebibytes } from '../../data/format.ts'
import { cpuWords, firmwareWords } from '../../data/machine-words.ts'
import type { Disk, Nic, VmDetail } from '../../data/resources.ts'
import { ChosenList } from '../../parts/chosen-list.tsx'
import { CopyButton } from '../../parts/command-strip.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Card } from '../../parts/page.tsx'
import { useVm } from './use-vm.ts'

const quiet = (text: string): ReactElement => <span className="quiet">{text}</span>

const volumeOf = (disk: Disk): ReactElement => {
  const name = disk.volume ?? disk.source
  return name === null ? quiet('no medium') : <Said>{name}</Said>
}

const disks = (rows: readonly Disk[]): ReactElement => (
  <DataTable
    label="Disks"
    rows={rows}
    keyOf={(disk) => disk.target}
    columns={[
      { name: 'Disk', cell: (disk) => <span className="mono">{disk.target}</span> },
      { name: 'Kind', cell: (disk) => disk.device },
      { name: 'Bus', cell: (disk) => disk.bus },
      { name: 'Pool', cell: (disk) => (disk.pool === null ? quiet('–') : <Name of={disk.pool} />) },
      {
        name: 'Volume or source',
        className: 'wraps',
        cell: (disk) => volumeOf(disk),
      },
      { name: 'Format', cell: (disk) => disk.format ?? quiet('–') },
      { name: 'Size', figures: true, cell: (disk) => bytes(disk.capacityBytes) },
      { name: 'Access', cell: (disk) => (disk.readonly ? 'read only' : 'read and write') },
    ]}
  />
)

const nics = (rows: readonly Nic[]): ReactElement => (
  <DataTable
    label="Network cards"
    rows={rows}
    keyOf={(nic) => nic.mac ?? `${nic.kind} ${nic.network}`}
    columns={[
      { name: 'MAC address', cell: (nic) => <span className="mono">{nic.mac ?? '–'}</span> },
      { name: 'Model', cell: (nic) => nic.model ?? quiet('–') },
      { name: 'Kind', cell: (nic) => nic.kind },
      { name: 'Network', cell: (nic) => (nic.network === null ? quiet('–') : <Name of={nic.network} />) },
      { name: 'Device on the host', cell: (nic) => nic.target ?? quiet('–') },
    ]}
  />
)

const atStartWords = ({ vcpus, memoryMiB }: NonNullable<VmDetail['atStart']>): string =>
  `${vcpus} ${vcpus === 1 ? 'vCPU' : 'vCPUs'}, ${mebibytes(memoryMiB)}`

const hardware = (vm: VmDetail): readonly (readonly [string, string])[] => [
  ['vCPUs', String(vm.vcpus)],
  ['CPU', vm.cpu === null ? '–' : cpuWords(vm.cpu)],
  ['Memory', mebibytes(vm.memoryMiB)],
  ...(vm.atStart === null ? [] : [['At next start', atStartWords(vm.atStart)] as const]),
  ['Machine', [vm.machine, vm.arch].filter((part) => part !== null).join(', ')],
  ['Firmware', vm.firmware === null ? '–' : firmwareWords(vm.firmware)],
  ['Virtualization', vm.virtualization === 'kvm' ? 'KVM' : 'QEMU in software'],
  ['Screen', vm.graphics.map((graphics) => graphics.type.toUpperCase()).join(', ') || 'none'],
  ['Serial console', vm.serial ? 'yes' : 'no'],
  ['Starts with the host', vm.autostart ? 'yes' : 'no'],
]

/** What it is made of, why it was chosen so, and libvirt's own words for it. */
export const ConfigurationTab = (): ReactElement => {
  const vm = useVm()
  return (
    <div className="columns is-task">
      <div className="stack">
        <Card title="Hardware" bare>
          <DataTable
            label="Hardware"
            rows={hardware(vm)}
            keyOf={([name]) => name}
            columns={[
              { name: 'Part', cell: ([name]) => quiet(name) },
              { name: 'Value', className: 'wraps', cell: ([, value]) => value },
            ]}
          />
        </Card>
        <Card title="Disks" bare>
          {vm.disks.length === 0 ? (
            <div className="card__body quiet">No disk. It boots from the network or a kernel.</div>
          ) : (
            disks(vm.disks)
          )}
        </Card>
        <Card title="Network cards" bare>
          {vm.nics.length === 0 ? <div className="card__body quiet">No network card.</div> : nics(vm.nics)}
        </Card>
        <Card title="As libvirt has it" end={<CopyButton text={vm.xml} what="XML" worded />} bare>
          <pre className="xml" tabIndex={0} aria-label="Domain XML, to read">
            {vm.xml}
          </pre>
        </Card>
      </div>
      <Card title="Chosen for you">
        {vm.chosen.length === 0 ? (
          <p className="quiet">
            {vm.createdAt !== null
              ? 'Everything was given when it was created.'
              : 'It was made outside Floe, so Floe chose nothing.'}
          </p>
        ) : (
          <ChosenList chosen={vm.chosen} />
        )}
      </Card>
    </div>
  )
}
