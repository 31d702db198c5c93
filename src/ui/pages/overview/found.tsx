import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { bytes, counted } from '../../data/format.ts'
import { countsQuery, findVmsQuery, hostsQuery } from '../../data/queries.ts'
import type { Host } from '../../data/resources.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Card } from '../../parts/page.tsx'
import { vmLook } from '../../parts/state-look.ts'

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

/** The first time: what was found, and that none of it was changed. */
export const Found = ({ onClose }: { readonly onClose: () => void }): ReactElement | null => {
  const hosts = useQuery(hostsQuery)
  const counts = useQuery(countsQuery)
  const welcome = useQuery(findVmsQuery('welcome'))
  if (hosts.data === undefined || counts.data === undefined) return null
  const running = counts.data.byState.running ?? 0
  const sample = welcome.data?.items.find((vm) => vm.sample)
  const lines: readonly Line[] = [
    ...hosts.data.items.slice(0, 3).flatMap(hostLines),
    {
      good: true,
      title: `${counted(counts.data.total, 'VM')} found`,
      more: `${running === counts.data.total ? 'all running' : `${running} running, ${counts.data.total - running} not`}; disks stay where they are`,
    },
    ...(sample === undefined
      ? []
      : [
          {
            good: true,
            title: `${sample.name} is ${vmLook(sample).word.toLowerCase()}`,
            more: 'a small guest to try things on',
          },
        ]),
  ]
  return (
    <Card
      title="Your virtual machines are already here"
      ruled
      bare
      end={<Button look="plain" small icon="close" label="Close" onPress={onClose} />}
    >
      <ul className="rows is-ruled found">
        {lines.map((line) => (
          <li key={line.title}>
            <span className={line.good ? 'is-good' : 'amber-text'}>
              <Icon name={line.good ? 'check' : 'warning'} />
            </span>
            <span className="grow">
              <span className="strong">
                <Said>{line.title}</Said>
              </span>
              <div className="quiet">
                <Said>{line.more}</Said>
              </div>
            </span>
          </li>
        ))}
      </ul>
      <div className="card__body buttons found__foot">
        <span className="quiet grow">Floe adopted what it found and changed none of it. What runs keeps running.</span>
        {sample === undefined ? null : (
          <ButtonLink look="primary" icon="vm" to="/vms/$vm/consoles" params={{ vm: sample.name }}>
            Open the console of <Name of={sample.name} />
          </ButtonLink>
        )}
      </div>
    </Card>
  )
}
