import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { client } from '../../data/client.ts'
import { bytes, counted, span, usedOf } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import { changesQuery, hostQuery, networksQuery, poolsQuery, tasksQuery } from '../../data/queries.ts'
import type { Host } from '../../data/resources.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { ChangeList } from '../../parts/change-list.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Answer, Card, Facts, Note, Page, Refusal } from '../../parts/page.tsx'
import { HostState } from '../../parts/state.tsx'
import { TaskStrip } from '../../parts/task-strip.tsx'
import { Ago } from '../../parts/time.tsx'
import { NetworkTable } from '../networks/network-table.tsx'
import { PoolTable } from '../storage/pool-table.tsx'

const route = getRouteApi('/inside/shell/hosts/$host')

export const HostPage = (): ReactElement => {
  const { host: name } = route.useParams()
  const host = useQuery(hostQuery(name))
  return (
    <Answer of={host} what={`Reading ${name}`}>
      {(data) => <Known host={data} />}
    </Answer>
  )
}

const Known = ({ host }: { readonly host: Host }): ReactElement => {
  const now = useNow()
  const tasks = useInfiniteQuery(tasksQuery({ host: host.name }))
  const changes = useInfiniteQuery(changesQuery({ host: host.name }))
  const pools = useQuery(poolsQuery)
  const networks = useQuery(networksQuery)
  const [error, setError] = useState<unknown>(null)
  const refresh = (): void => {
    setError(null)
    client.refreshHost({ params: { host: host.id } }).catch(setError)
  }
  const mine = <T extends { readonly host: string }>(rows: readonly T[]): readonly T[] =>
    rows.filter((row) => row.host === host.name)
  return (
    <>
      <Page
        title={host.name}
        crumbs={
          <>
            <Link to="/hosts">Hosts</Link>
            <span>/</span>
            <span aria-current="page">
              <Name of={host.name} />
            </span>
          </>
        }
        head={
          <>
            <HostState host={host} short />
            <span className="quiet">for {span(host.since, now)}</span>
          </>
        }
        actions={
          <>
            <ButtonLink to="/vms" search={{ host: host.name }}>
              Its {host.vms.all} VMs
            </ButtonLink>
            <Button icon="refresh" onPress={refresh}>
              Look again
            </Button>
          </>
        }
      >
        {error === null ? null : <Refusal error={error} what="It was not looked at." onAgain={refresh} />}
        {host.problem === null ? null : (
          <Note look={host.state === 'up' ? 'act' : 'bad'} icon={host.state === 'up' ? 'warning' : 'error'}>
            <span className="strong">
              <Said>{host.problem.title}</Said>
            </span>{' '}
            <Said>{host.problem.remedy}</Said>
          </Note>
        )}
        {host.kvm.works || host.problem !== null ? null : (
          <Note look="act" icon="warning">
            <span className="strong">VMs run in software here, slowly.</span> {host.kvm.why}
          </Note>
        )}
        <div className="columns is-vm">
          <HostFacts host={host} now={now} />
          <div className="stack">
            <Card title="Storage" bare>
              <Answer of={pools} what="Reading the pools">
                {(page) => <PoolTable pools={mine(page.items)} />}
              </Answer>
            </Card>
            <Card title="Networks" bare>
              <Answer of={networks} what="Reading the networks">
                {(page) => <NetworkTable networks={mine(page.items)} />}
              </Answer>
            </Card>
            <Card title="Recent changes" bare>
              <Answer of={changes} what="Reading the changes">
                {(data) => <ChangeList changes={data.pages[0]?.items ?? []} now={now} most={12} withObject />}
              </Answer>
            </Card>
          </div>
        </div>
      </Page>
      <TaskStrip tasks={tasks.data?.pages[0]?.items ?? []} />
    </>
  )
}

const HostFacts = ({ host, now }: { readonly host: Host; readonly now: number }): ReactElement => (
  <Card title="Facts">
    <Facts
      facts={[
        [
          'Address',
          <span className="mono">
            <Said>{host.uri}</Said>
          </span>,
        ],
        ['Processors', `${host.cpus}${host.cpuModel === null ? '' : `, ${host.cpuModel}`}`],
        [
          'Memory',
          host.memoryFreeBytes === null
            ? bytes(host.memoryBytes)
            : `${usedOf(Math.max(0, host.memoryBytes - host.memoryFreeBytes), host.memoryBytes)} used`,
        ],
        ['VMs', `${host.vms.running} running of ${host.vms.all}`],
        ['Virtualization', host.kvm.works ? 'KVM' : 'software only'],
        ['Probe', host.kvm.why],
        ['libvirt', host.libvirt],
        ['QEMU', host.qemu],
        [
          host.state === 'up' ? 'Listed' : 'Seen last',
          host.relistedAt === null ? null : <Ago at={host.relistedAt} now={now} />,
        ],
        ['Repaired', host.repaired === 0 ? null : `${counted(host.repaired, 'difference')} that no event had told`],
      ]}
    />
  </Card>
)
