import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'

import { bytes, mebibytes } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import { cpuWords, firmwareWords } from '../../data/machine-words.ts'
import type { VmDetail } from '../../data/resources.ts'
import { CopyButton } from '../../parts/command-strip.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { EditFacts } from './edit-facts.tsx'

const disksLine = (vm: VmDetail): ReactNode => {
  const disks = vm.disks.filter((disk) => disk.device === 'disk' || disk.device === 'lun')
  if (disks.length === 0) return 'none'
  const pools = [...new Set(disks.map((disk) => disk.pool).filter((pool) => pool !== null))]
  return (
    <>
      {disks.map((disk) => bytes(disk.capacityBytes)).join(' + ')}{' '}
      {pools.length === 0 ? null : (
        <span className="quiet">
          on <Said>{pools.join(', ')}</Said>
        </span>
      )}
    </>
  )
}

const addressLine = (vm: VmDetail): ReactNode => {
  const [first] = vm.addresses
  if (first === undefined) return null
  return (
    <>
      <span className="mono">{vm.addresses.join(', ')}</span> <CopyButton text={first} what="address" />
    </>
  )
}

/** What it is, in the field's words. */
export const VmFacts = ({ vm }: { readonly vm: VmDetail }): ReactElement => {
  const now = useNow()
  const nics = vm.nics.map((nic) => nic.network ?? nic.kind)
  return (
    <Card title="Facts" end={vm.state === 'undefined' ? null : <EditFacts vm={vm} />}>
      <Facts
        facts={[
          ['Address', addressLine(vm)],
          ['vCPUs', vm.vcpus],
          ['CPU', vm.cpu === null ? null : cpuWords(vm.cpu)],
          ['Memory', mebibytes(vm.memoryMiB)],
          ['Disks', disksLine(vm)],
          ['Network', nics.length === 0 ? 'none' : <Said>{nics.join(', ')}</Said>],
          ['Firmware', vm.firmware === null ? null : firmwareWords(vm.firmware)],
          [
            'Machine',
            <>
              {vm.machine ?? '–'} <span className="quiet">{vm.arch}</span>
            </>,
          ],
          ['Runs on', vm.virtualization === 'kvm' ? 'KVM' : 'QEMU in software, slowly'],
          ['Starts', vm.autostart ? 'with the host' : null],
          [
            // An adopted VM is older than that: nobody says since when it exists.
            vm.createdAt === null ? 'Seen since' : 'Created',
            <>
              <Ago at={vm.knownSince} now={now} />{' '}
              {vm.createdBy === null ? null : (
                <span className="quiet">
                  by <Name of={vm.createdBy} />
                </span>
              )}
            </>,
          ],
          [
            'Managed',
            vm.createdAt !== null ? null : <span className="quiet">adopted from the host, not made here</span>,
          ],
          [
            'Protected',
            vm.protected ? (
              <span className="state">
                <Icon name="lock" size={13} /> from deletion
              </span>
            ) : null,
          ],
          ['Notes', vm.notes === '' ? null : <Said>{vm.notes}</Said>],
          [
            'Host',
            vm.host === null ? null : (
              <Link to="/hosts/$host" params={{ host: vm.host }}>
                <Name of={vm.host} />
              </Link>
            ),
          ],
          ['UUID', vm.uuid === null ? null : <span className="mono small">{vm.uuid}</span>],
        ]}
      />
    </Card>
  )
}
