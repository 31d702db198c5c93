import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { codeOf, sentenceOf } from '../../data/client.ts'
import { span } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import { useWhyNot } from '../../data/may.ts'
import { tasksQuery, vmQuery } from '../../data/queries.ts'
import type { VmDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Empty, Page, Refusal, Tags, Wait } from '../../parts/page.tsx'
import { offers } from '../../parts/state-look.ts'
import { VmState } from '../../parts/state.tsx'
import { VmTabs, vmTabs } from '../../parts/tabs.tsx'
import { TaskStrip } from '../../parts/task-strip.tsx'
import { Ago } from '../../parts/time.tsx'
import { useVmActions } from '../../parts/vm-actions.tsx'
import { VmMenu } from '../../parts/vm-menu.tsx'
import { useHotkeys } from '../../shell/hotkeys.ts'
import { VmNotes } from './vm-notes.tsx'

const route = getRouteApi('/inside/shell/vms/$vm')

/** Is it well, and what can I do? */
export const VmPage = (): ReactElement => {
  const { vm: name } = route.useParams()
  const vm = useQuery(vmQuery(name))
  if (vm.data !== undefined) return <Known vm={vm.data} name={name} />
  if (vm.error === null) return <Wait what={`Reading ${name}`} />
  const { error } = vm
  return (
    <div className="page">
      {codeOf(error) === 'not_found' || codeOf(error) === 'name_ambiguous' ? (
        <Empty
          title={
            codeOf(error) === 'not_found'
              ? `There is no VM ${visibleText(name)}`
              : `Several VMs are called ${visibleText(name)}`
          }
          action={
            <ButtonLink to="/vms" search={{ q: name }}>
              Look for it
            </ButtonLink>
          }
        >
          {codeOf(error) === 'not_found' ? (
            'It was renamed or removed, or you may not see it.'
          ) : (
            <Said>{sentenceOf(error)}</Said>
          )}
        </Empty>
      ) : (
        <Refusal error={error} onAgain={() => void vm.refetch()} />
      )}
    </div>
  )
}

const Known = ({ vm, name }: { readonly vm: VmDetail; readonly name: string }): ReactElement => {
  const now = useNow()
  const gone = vm.state === 'undefined'
  const tasks = useInfiniteQuery(tasksQuery({ vm: vm.id }))
  useVmKeys(vm, name)
  return (
    <>
      <Page
        title={vm.name}
        crumbs={
          <>
            <Link to="/vms">Virtual machines</Link>
            <span>/</span>
            <span aria-current="page">
              <Name of={vm.name} />
            </span>
          </>
        }
        head={
          <>
            <VmState vm={vm} />
            <span className="quiet">
              {vm.host === null || gone ? null : (
                <>
                  on{' '}
                  <Link to="/hosts/$host" params={{ host: vm.host }}>
                    <Name of={vm.host} />
                  </Link>
                </>
              )}{' '}
              {vm.since === null ? null : gone ? <Ago at={vm.since} now={now} /> : `for ${span(vm.since, now)}`}
            </span>
            <Tags tags={vm.tags} />
          </>
        }
        actions={<Actions vm={vm} />}
      >
        <VmTabs vm={name} gone={gone} />
        <VmNotes vm={vm} />
        <Outlet />
      </Page>
      <TaskStrip tasks={tasks.data?.pages[0]?.items ?? []} />
    </>
  )
}

const Actions = ({ vm }: { readonly vm: VmDetail }): ReactElement | null => {
  const { act, takeOver } = useVmActions()
  const whyNot = useWhyNot()
  const can = offers(vm)
  if (vm.state === 'undefined') return null
  // It is run elsewhere: what is offered here is to change that, and VmNotes says who runs it.
  if (vm.foreign !== null)
    return (
      <>
        <Button look="primary" icon="lock" whyNot={whyNot('take-over')} onPress={() => takeOver(vm)}>
          Take over
        </Button>
        <VmMenu vm={vm} short />
      </>
    )
  const on = vm.state !== 'shutoff' && vm.state !== 'crashed'
  return (
    <>
      {on ? (
        <ButtonLink look="primary" icon="vm" to="/vms/$vm/consoles" params={{ vm: vm.name }}>
          Open console
        </ButtonLink>
      ) : (
        <Button
          look="primary"
          icon="play"
          disabled={!can.start}
          whyNot={whyNot('operate')}
          onPress={() => act('start', [vm])}
        >
          Start
        </Button>
      )}
      {on ? (
        <Button
          icon="shutdown"
          disabled={!can.shutDown}
          whyNot={whyNot('operate')}
          onPress={() => act('shutDown', [vm])}
        >
          Shut down
        </Button>
      ) : (
        <ButtonLink icon="vm" to="/vms/$vm/consoles" params={{ vm: vm.name }}>
          Open console
        </ButtonLink>
      )}
      {on ? (
        <Button
          icon="poweroff"
          disabled={!can.powerOff}
          whyNot={whyNot('operate')}
          onPress={() => act('powerOff', [vm])}
        >
          Power off…
        </Button>
      ) : null}
      <VmMenu vm={vm} short />
    </>
  )
}

const useVmKeys = (vm: VmDetail, name: string): void => {
  const { act } = useVmActions()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const here = vmTabs.findLastIndex(([to]) => pathname.startsWith(to.replace('$vm', encodeURIComponent(name))))
  const turn = (by: number): void => {
    const [to] = vmTabs[(here + by + vmTabs.length) % vmTabs.length] ?? vmTabs[0]
    void navigate({ to, params: { vm: name } })
  }
  useHotkeys({
    s: () => act('start', [vm]),
    d: () => act('shutDown', [vm]),
    c: () => void navigate({ to: '/vms/$vm/consoles', params: { vm: name } }),
    '[': () => turn(-1),
    ']': () => turn(1),
  })
}
