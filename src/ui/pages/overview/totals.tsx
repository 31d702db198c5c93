import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { usedOf } from '../../data/format.ts'
import type { Overview } from '../../data/resources.ts'
import { Bar } from '../../parts/bar.tsx'

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0)

const Total = (props: {
  readonly name: string
  readonly figure: ReactElement | string
  readonly share: number
}): ReactElement => (
  <div className="total">
    <span className="quiet">{props.name}</span>
    <span className="total__figure">{props.figure}</span>
    <Bar label={props.name} share={props.share} />
  </div>
)

/** How much there is. */
export const Totals = ({ overview }: { readonly overview: Overview }): ReactElement => {
  const vms = sum(overview.vms)
  const hosts = sum(overview.hosts)
  const running = overview.vms.running ?? 0
  const up = overview.hosts.up ?? 0
  const { memory, pools } = overview
  const used = pools.capacityBytes - pools.availableBytes
  return (
    <section className="card totals" aria-label="How much there is">
      <Total
        name="VMs running"
        share={vms === 0 ? 0 : running / vms}
        figure={<Link to="/vms">{`${running.toLocaleString('en')} of ${vms.toLocaleString('en')}`}</Link>}
      />
      <Total
        name="Hosts up"
        share={hosts === 0 ? 0 : up / hosts}
        figure={<Link to="/hosts">{`${up} of ${hosts}`}</Link>}
      />
      <Total
        name="Memory given"
        share={memory.totalBytes === 0 ? 0 : memory.givenBytes / memory.totalBytes}
        figure={usedOf(memory.givenBytes, memory.totalBytes)}
      />
      <Total
        name="Storage used"
        share={pools.capacityBytes === 0 ? 0 : used / pools.capacityBytes}
        figure={usedOf(used, pools.capacityBytes)}
      />
    </section>
  )
}
