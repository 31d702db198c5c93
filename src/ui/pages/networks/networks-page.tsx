import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { networksQuery } from '../../data/queries.ts'
import { Answer, Empty, Page } from '../../parts/page.tsx'
import { NetworkTable } from './network-table.tsx'

export const NetworksPage = (): ReactElement => {
  const networks = useQuery(networksQuery)
  return (
    <Page title="Networks" head={<span className="quiet">as libvirt has them; read only here</span>}>
      <Answer of={networks} what="Reading the networks">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No networks" icon="network">
              What is defined on the hosts, with “virsh net-define” for instance, appears here at once.
            </Empty>
          ) : (
            <NetworkTable networks={page.items} />
          )
        }
      </Answer>
    </Page>
  )
}
