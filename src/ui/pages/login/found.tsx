import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { bytes, counted } from '../../data/format.ts'
import { countsQuery, findVmsQuery, hostsQuery } from '../../data/queries.ts'
import type { Host } from '../../data/resources.ts'
import { Icon } from '../../parts/icon.tsx'

type Line = { readonly good: boolean; readonly title: string; readonly more: string }

const hostLines = (host: Host): readonly Line[] => [
  host.state === 'up'
    ? {
        good: true,
        title: `${host.name} is connected`,
        more: `libvirt ${host.libvirt ?? '–'}, QEMU ${host.qemu ?? '–'}, ${counted(host.cpus, 'core')}, ${bytes(host.memoryBytes)} of memory`,
      }
    : { good: false, title: `${host.name} is not connected yet`, more: host.reason ?? 'it is being looked at' },
  {
    good: host.kvm.works,
    title: host.kvm.works ? 'KVM works' : 'No KVM: VMs run in software, slowly',
    more: host.kvm.why,
  },
]

/** What Floe found on the machine. Before the password is chosen the API tells nothing, so the page promises nothing then. */
export const Found = (): ReactElement | null => {
  const hosts = useQuery({ ...hostsQuery, retry: false })
  const counts = useQuery({ ...countsQuery, retry: false })
  const welcome = useQuery({ ...findVmsQuery('welcome'), retry: false })
  if (hosts.data === undefined) return null
  const lines = hosts.data.items.slice(0, 3).flatMap(hostLines)
  if (counts.data !== undefined) {
    const running = counts.data.byState.running ?? 0
    lines.push({
      good: true,
      title: `${counted(counts.data.total, 'VM')} found`,
      more: `${running} run, ${counts.data.total - running} do not; their disks stay where they are`,
    })
  }
  const sample = welcome.data?.items.find((vm) => vm.sample)
  if (sample !== undefined)
    lines.push({ good: true, title: `${sample.name} is ${sample.state}`, more: 'a small guest to try things on' })
  return (
    <div className="card door__found">
      <ul>
        {lines.map((line) => (
          <li key={line.title}>
            <span className={line.good ? 'is-good' : 'amber-text'}>
              <Icon name={line.good ? 'check' : 'warning'} />
            </span>
            <span>
              <span className="strong">{line.title}</span>
              <small>{line.more}</small>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
