import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { networksQuery } from '../../data/queries.ts'
import type { Network } from '../../data/resources.ts'
import { Name } from '../../parts/name.tsx'
import type { Draft } from './draft.ts'

const most = 8

/** One network card for each network that is ticked. */
export const NetworkSection = (props: {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
  readonly wrong: string | undefined
}): ReactElement => {
  const { draft, onChange } = props
  const networks = useQuery(networksQuery)
  const here = (networks.data?.items ?? []).filter((network) => draft.host === '' || network.host === draft.host)
  const names = [...new Map(here.map((network) => [network.name, network])).values()]
  const chosen = draft.networks ?? []
  const tick = (name: string, on: boolean): void =>
    onChange({ networks: on ? [...chosen, name].slice(0, most) : chosen.filter((other) => other !== name) })
  return (
    <section id="network">
      <h2>Network</h2>
      <div className="choicelist">
        <label>
          <input
            type="checkbox"
            checked={draft.networks === undefined}
            onChange={(event) => onChange({ networks: event.target.checked ? undefined : [] })}
          />
          Chosen for you
          <span className="end">an active network, if there is one</span>
        </label>
        {names.map((network) => (
          <label key={network.id}>
            <input
              type="checkbox"
              checked={chosen.includes(network.name)}
              onChange={(event) => tick(network.name, event.target.checked)}
            />
            <Name of={network.name} />
            <span className="end">{about(network)}</span>
          </label>
        ))}
      </div>
      {draft.networks?.length === 0 ? <span className="help small quiet">It gets no network card.</span> : null}
      {props.wrong === undefined ? null : (
        <span className="bad-text small" role="alert">
          {props.wrong}
        </span>
      )}
    </section>
  )
}

const about = (network: Network): string =>
  `${network.forward ?? 'isolated'}${network.bridge === null ? '' : `, ${network.bridge}`}${network.active ? '' : ', off'}`
