import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { bytes, mebibytes } from '../../data/format.ts'
import { poolsQuery } from '../../data/queries.ts'
import { Field } from '../../parts/field.tsx'
import type { Draft } from './draft.ts'
import { limits } from './faults.ts'

export const SizeSection = (props: {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
  readonly wrong: (field: string) => string | undefined
}): ReactElement => {
  const { draft, onChange, wrong } = props
  const memory = Number(draft.memoryMiB)
  return (
    <section id="size">
      <h2>Size</h2>
      <div className="pairs">
        <Field label="vCPUs" wrong={wrong('vcpus')} help="Left empty: chosen for you.">
          {(id) => (
            <input
              id={id}
              type="number"
              min={limits.vcpus.least}
              max={limits.vcpus.most}
              aria-invalid={wrong('vcpus') !== undefined}
              placeholder="chosen for you"
              value={draft.vcpus}
              onChange={(event) => onChange({ vcpus: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Memory"
          wrong={wrong('memoryMiB')}
          end={<span className="unit">MiB</span>}
          help={memory >= 1024 ? mebibytes(memory) : 'Left empty: chosen for you.'}
        >
          {(id) => (
            <input
              id={id}
              type="number"
              min={limits.memoryMiB.least}
              max={limits.memoryMiB.most}
              aria-invalid={wrong('memoryMiB') !== undefined}
              step={256}
              placeholder="chosen for you"
              value={draft.memoryMiB}
              onChange={(event) => onChange({ memoryMiB: event.target.value })}
            />
          )}
        </Field>
      </div>
    </section>
  )
}

export const DiskSection = (props: {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
  readonly wrong: (field: string) => string | undefined
}): ReactElement => {
  const { draft, onChange, wrong } = props
  const pools = useQuery(poolsQuery)
  const writable = (pools.data?.items ?? []).filter((pool) => pool.ours && pool.state === 'running')
  return (
    <section id="disk">
      <h2>{draft.from === 'disk' ? 'Another disk' : 'Disk'}</h2>
      <div className="pairs">
        <Field
          label="New disk"
          wrong={wrong('disks')}
          end={<span className="unit">GiB</span>}
          help={draft.from === 'iso' ? 'What the system is installed on.' : 'Left empty: no new disk.'}
        >
          {(id) => (
            <input
              id={id}
              type="number"
              min={limits.diskGiB.least}
              max={limits.diskGiB.most}
              step="any"
              aria-invalid={wrong('disks') !== undefined}
              placeholder={draft.from === 'iso' ? 'chosen for you' : 'none'}
              value={draft.diskGiB}
              onChange={(event) => onChange({ diskGiB: event.target.value })}
            />
          )}
        </Field>
        <Field label="In the pool" help="It grows as the guest writes.">
          {(id) => (
            <select
              id={id}
              value={draft.diskPool}
              disabled={draft.diskGiB === ''}
              onChange={(event) => onChange({ diskPool: event.target.value })}
            >
              <option value="">chosen for you</option>
              {writable.map((pool) => (
                <option key={pool.id} value={pool.name}>
                  {pool.name} on {pool.host}, {bytes(pool.availableBytes)} free
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </section>
  )
}
