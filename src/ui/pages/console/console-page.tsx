import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { vmQuery } from '../../data/queries.ts'
import { Answer, useTitle } from '../../parts/page.tsx'
import { VmActionsProvider } from '../../parts/vm-actions.tsx'
import { LoginAgain } from '../../shell/login-again.tsx'
import { ConsoleView } from './console-view.tsx'

const route = getRouteApi('/inside/vms/$vm/console')

/** The guest gets all the room: one bar, no second frame. */
export const ConsolePage = (): ReactElement => {
  const { vm: name } = route.useParams()
  const { kind } = route.useSearch()
  const vm = useQuery(vmQuery(name))
  useTitle(`Console of ${name}`)
  return (
    <VmActionsProvider>
      <main className="console__page">
        <Answer of={vm} what={`Reading ${name}`}>
          {(data) => (
            <ConsoleView
              vm={data}
              kind={kind ?? (data.graphics.length === 0 && data.serial ? 'serial' : 'vnc')}
              alone
            />
          )}
        </Answer>
      </main>
      <LoginAgain />
    </VmActionsProvider>
  )
}
