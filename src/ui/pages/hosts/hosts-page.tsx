import { useQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'

import { useWhyNot } from '../../data/may.ts'
import { hostsQuery } from '../../data/queries.ts'
import { Button } from '../../parts/button.tsx'
import { Answer, Empty, Page } from '../../parts/page.tsx'
import { AddHost } from './add-host.tsx'
import { HostTable } from './host-table.tsx'

export const HostsPage = (): ReactElement => {
  const hosts = useQuery(hostsQuery)
  const whyNot = useWhyNot()
  const [adding, setAdding] = useState(false)
  const add = (
    <Button look="primary" icon="plus" whyNot={whyNot('add-host')} onPress={() => setAdding(true)}>
      Add host…
    </Button>
  )
  return (
    <Page title="Hosts" actions={add}>
      <Answer of={hosts} what="Reading the hosts">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No hosts yet" icon="host" action={add}>
              A host is a Linux machine with libvirt and QEMU. Nothing of Floe’s is installed on it.
            </Empty>
          ) : (
            <HostTable hosts={page.items} />
          )
        }
      </Answer>
      {adding ? <AddHost onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}
