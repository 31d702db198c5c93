import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { bytes } from '../../data/format.ts'
import { volumesQuery } from '../../data/queries.ts'
import type { Volume } from '../../data/resources.ts'
import { More } from '../../parts/more.tsx'
import { Name, Said } from '../../parts/name.tsx'
import type { Draft, From } from './draft.ts'

const sources: readonly { readonly from: From; readonly title: string; readonly more: string }[] = [
  { from: 'sample', title: 'Sample guest', more: 'a small Linux that boots in seconds; needs no disk' },
  { from: 'iso', title: 'ISO image', more: 'installs a system from an image in a pool' },
  { from: 'disk', title: 'Existing disk', more: 'boots a volume that is already there' },
  { from: 'empty', title: 'Empty', more: 'an empty machine; decide later what it boots' },
]

export const SourceSection = (props: {
  readonly draft: Draft
  readonly onChange: (change: Partial<Draft>) => void
  readonly wrong: string | undefined
}): ReactElement => {
  const { draft, onChange } = props
  return (
    <section id="from">
      <h2>Start from</h2>
      <div className="choices" role="radiogroup" aria-label="Start from">
        {sources.map(({ from, title, more }) => (
          <label key={from} className="choice">
            <input
              type="radio"
              name="from"
              checked={draft.from === from}
              onChange={() => onChange({ from, volume: '' })}
            />
            <span>
              <span className="strong">{title}</span>
              <small>{more}</small>
            </span>
          </label>
        ))}
      </div>
      {draft.from === 'iso' || draft.from === 'disk' ? (
        <VolumeChoice kind={draft.from} chosen={draft.volume} onChoose={(volume) => onChange({ volume })} />
      ) : null}
      {props.wrong === undefined ? null : (
        <span className="bad-text small" role="alert">
          {props.wrong}
        </span>
      )}
    </section>
  )
}

/** Disks and images are chosen from the inventory, never by a path. */
const VolumeChoice = (props: {
  readonly kind: 'iso' | 'disk'
  readonly chosen: string
  readonly onChoose: (volume: string) => void
}): ReactElement => {
  const volumes = useInfiniteQuery(volumesQuery({ kind: props.kind }))
  const rows = (volumes.data?.pages ?? []).flatMap((page) => page.items)
  const what = props.kind === 'iso' ? 'ISO image' : 'disk'
  if (volumes.data !== undefined && rows.length === 0)
    return (
      <p className="quiet">
        There is no {what} in any pool. Put one into a pool’s folder on the host and press “Look again” on the host’s
        page.
      </p>
    )
  return (
    <div className="choicelist" role="radiogroup" aria-label={`Which ${what}`}>
      {rows.map((volume) => (
        <VolumeRow key={volume.id} volume={volume} {...props} />
      ))}
      <More of={volumes} />
    </div>
  )
}

const VolumeRow = (props: {
  readonly kind: 'iso' | 'disk'
  readonly volume: Volume
  readonly chosen: string
  readonly onChoose: (volume: string) => void
}): ReactElement => {
  const { volume } = props
  const id = `${volume.pool}/${volume.name}`
  // An image is only read, so many may have it; a disk belongs to one VM.
  const taken = props.kind === 'disk' && volume.usedBy.length > 0
  return (
    <label className={taken ? 'quiet' : undefined}>
      <input
        type="radio"
        name="volume"
        disabled={taken}
        checked={props.chosen === id}
        onChange={() => props.onChoose(id)}
      />
      <Name of={volume.name} />
      <span className="end">
        {taken ? (
          <Said>{`disk of ${volume.usedBy.join(', ')}`}</Said>
        ) : (
          <Said>{`${bytes(volume.capacityBytes)} in ${volume.pool} on ${volume.host}`}</Said>
        )}
      </span>
    </label>
  )
}
