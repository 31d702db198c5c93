import type { ReactElement } from 'react'

import { ago, span } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import { useWhyNot } from '../../data/may.ts'
import type { VmDetail } from '../../data/resources.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Note } from '../../parts/page.tsx'
import { useVmActions } from '../../parts/vm-actions.tsx'

/** After this a shutdown that the guest ignores is worth a way out. */
const ignoredAfterMs = 20_000

/** In a bad state the first thing is why, with the remedy. */
export const VmNotes = ({ vm }: { readonly vm: VmDetail }): ReactElement => {
  const now = useNow(2000)
  const { act, keepDrift } = useVmActions()
  const whyNot = useWhyNot()
  const stopping = vm.lock !== null && vm.lock.cause.includes('shut') ? vm.lock : null
  const ignored = stopping !== null && now - Date.parse(stopping.since) > ignoredAfterMs
  return (
    <>
      {vm.problem === null ? null : (
        <Note look="bad" icon="error">
          <span className="strong">
            <Said>{vm.problem.title}</Said>
          </span>{' '}
          <Said>{vm.problem.remedy}</Said>
        </Note>
      )}
      {vm.state === 'undefined' ? (
        <Note
          icon="trash"
          actions={
            <ButtonLink small to="/vms">
              All VMs
            </ButtonLink>
          }
        >
          <span className="strong">
            <Name of={vm.name} /> is not defined on any host.
          </span>{' '}
          <span className="quiet">
            {vm.reason === 'deleted' ? 'It was deleted; what happened to it stays under Changes.' : 'It may come back.'}
          </span>
        </Note>
      ) : null}
      {vm.sightings.length > 1 ? (
        <Note look="act" icon="warning">
          <span className="strong">
            <Name of={vm.name} /> is seen on <Said>{vm.sightings.map((sighting) => sighting.host).join(' and ')}</Said>{' '}
            at once.
          </span>{' '}
          Decide which one is right and undefine the other; nothing is started before.
        </Note>
      ) : null}
      {vm.state === 'unknown' && vm.problem === null ? (
        <Note look="act" icon="warning">
          <span className="strong">
            {vm.host === null ? 'Its host' : <Name of={vm.host} />} has been silent
            {vm.since === null ? '' : ` for ${span(vm.since, now)}`}.
          </span>{' '}
          The VM may still run. Its state shows as soon as the host answers.
        </Note>
      ) : null}
      {vm.foreign === null ? null : (
        <Note icon="lock">
          <span className="strong">Another Floe runs this VM.</span>{' '}
          <span className="quiet">
            It is the copy <code>{vm.foreign}</code>. Here the VM is read-only, its console too, until it is taken over.
          </span>
        </Note>
      )}
      {ignored ? (
        <Note
          look="act"
          icon="clock"
          actions={
            <Button small whyNot={whyNot('operate')} onPress={() => act('powerOff', [vm])}>
              Power off…
            </Button>
          }
        >
          <span className="strong">The guest has ignored the shutdown for {span(stopping.since, now)}.</span> It may
          have no ACPI or agent.
        </Note>
      ) : null}
      {vm.drift === null ? null : (
        <Note
          look="act"
          icon="outside"
          actions={
            <>
              <ButtonLink look="link" small to="/vms/$vm/changes" params={{ vm: vm.name }}>
                Show what changed
              </ButtonLink>
              <Button small whyNot={whyNot('operate')} onPress={() => keepDrift(vm)}>
                Keep it so
              </Button>
            </>
          }
        >
          <span className="strong">Changed outside Floe, {ago(vm.drift.at, now)}.</span> <Said>{vm.drift.title}</Said>
        </Note>
      )}
    </>
  )
}
