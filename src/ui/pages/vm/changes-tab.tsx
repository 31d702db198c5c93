import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { useNow } from '../../data/live-context.ts'
import { changesQuery } from '../../data/queries.ts'
import { ChangeList } from '../../parts/change-list.tsx'
import { More } from '../../parts/more.tsx'
import { Name } from '../../parts/name.tsx'
import { Answer, Card } from '../../parts/page.tsx'
import { KeepButton } from './keep-button.tsx'
import { useVm } from './use-vm.ts'

export const ChangesTab = (): ReactElement => {
  const vm = useVm()
  const now = useNow()
  const changes = useInfiniteQuery(changesQuery({ vm: vm.id }))
  return (
    <Answer of={changes} what="Reading the changes">
      {(data) => (
        <Card
          bare
          title={
            <>
              Everything that happened to <Name of={vm.name} />
            </>
          }
        >
          <ChangeList
            changes={data.pages.flatMap((page) => page.items)}
            now={now}
            end={(change) => <KeepButton vm={vm} change={change} />}
          />
          <More of={changes} />
        </Card>
      )}
    </Answer>
  )
}
