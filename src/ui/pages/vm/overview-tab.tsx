import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useNow } from '../../data/live-context.ts'
import { changesQuery } from '../../data/queries.ts'
import { ChangeList } from '../../parts/change-list.tsx'
import { Answer, Card } from '../../parts/page.tsx'
import { KeepButton } from './keep-button.tsx'
import { Screen } from './screen.tsx'
import { useVm } from './use-vm.ts'
import { VmFacts } from './vm-facts.tsx'

const recent = 12
/** Read, so that enough is left when the steps of tasks are taken out. */
const readChanges = 100

export const OverviewTab = (): ReactElement => {
  const vm = useVm()
  const now = useNow()
  const changes = useInfiniteQuery(changesQuery({ vm: vm.id }, readChanges))
  return (
    <div className="columns is-vm">
      <div className="stack">
        <Screen vm={vm} />
        <VmFacts vm={vm} />
      </div>
      <Card
        title="Recent changes"
        bare
        end={
          <Link to="/vms/$vm/changes" params={{ vm: vm.name }}>
            All changes
          </Link>
        }
      >
        <Answer of={changes} what="Reading the changes">
          {(data) => (
            <ChangeList
              changes={data.pages[0]?.items ?? []}
              now={now}
              most={recent}
              end={(change) => <KeepButton vm={vm} change={change} />}
            />
          )}
        </Answer>
      </Card>
    </div>
  )
}
