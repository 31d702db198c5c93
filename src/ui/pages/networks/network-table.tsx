import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import type { Network } from '../../data/resources.ts'
import { useSilentHosts } from '../../data/silent-hosts.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Name } from '../../parts/name.tsx'
import { State, unknownLook } from '../../parts/state.tsx'

export const NetworkTable = ({ networks }: { readonly networks: readonly Network[] }): ReactElement => {
  const silent = useSilentHosts()
  return (
    <DataTable
      label="Networks"
      none="No networks here."
      rows={networks}
      keyOf={(network) => network.id}
      columns={[
        {
          name: 'Network',
          cell: (network) => (
            <span className="strong">
              <Name of={network.name} />
            </span>
          ),
        },
        {
          name: 'State',
          cell: (network) =>
            silent.has(network.host) ? (
              <State look={unknownLook} />
            ) : network.active ? (
              <State look={{ shape: 'disc', tone: 'good', word: 'Active' }} />
            ) : (
              <State look={{ shape: 'ring', tone: 'quiet', word: 'Off' }} />
            ),
        },
        {
          name: 'Host',
          cell: (network) => (
            <Link to="/hosts/$host" params={{ host: network.host }}>
              <Name of={network.host} />
            </Link>
          ),
        },
        { name: 'Forwards', cell: (network) => network.forward ?? <span className="quiet">isolated</span> },
        {
          name: 'Bridge',
          cell: (network) =>
            network.bridge === null ? (
              <span className="quiet">–</span>
            ) : (
              <span className="mono">
                <Name of={network.bridge} />
              </span>
            ),
        },
        {
          name: 'Starts',
          cell: (network) => (network.autostart ? 'with the host' : <span className="quiet">by hand</span>),
        },
      ]}
    />
  )
}
