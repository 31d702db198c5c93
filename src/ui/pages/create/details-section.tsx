import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { hostsQuery } from '../../data/queries.ts'
import { Field } from '../../parts/field.tsx'
import type { Draft } from './draft.ts'

export const DetailsSection = (props: {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
  readonly wrong: (field: string) => string | undefined
}): ReactElement => {
  const { draft, onChange, wrong } = props
  const hosts = useQuery(hostsQuery)
  return (
    <section id="details">
      <h2>Details</h2>
      <div className="pairs">
        <Field label="Host" wrong={wrong('host')}>
          {(id) => (
            <select id={id} value={draft.host} onChange={(event) => onChange({ host: event.target.value })}>
              <option value="">chosen for you</option>
              {(hosts.data?.items ?? []).map((host) => (
                <option key={host.id} value={host.name} disabled={host.state !== 'up'}>
                  {host.name}
                  {host.state === 'up' ? '' : ` (${host.state})`}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Firmware" wrong={wrong('firmware')}>
          {(id) => (
            <select
              id={id}
              value={draft.firmware}
              onChange={(event) => onChange({ firmware: event.target.value as Draft['firmware'] })}
            >
              <option value="">chosen for you</option>
              <option value="uefi">UEFI</option>
              <option value="bios">BIOS</option>
            </select>
          )}
        </Field>
      </div>
      <Field label="Tags" wrong={wrong('tags')} help="Separated by blanks.">
        {(id) => <input id={id} value={draft.tags} onChange={(event) => onChange({ tags: event.target.value })} />}
      </Field>
      <Field label="Notes" wrong={wrong('notes')}>
        {(id) => (
          <textarea
            id={id}
            rows={2}
            maxLength={4096}
            value={draft.notes}
            onChange={(event) => onChange({ notes: event.target.value })}
          />
        )}
      </Field>
    </section>
  )
}
