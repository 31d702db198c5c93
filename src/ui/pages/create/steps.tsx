import type { ReactElement } from 'react'

import { Icon } from '../../parts/icon.tsx'
import type { Draft } from './draft.ts'

const fromWords = { sample: 'the sample guest', iso: 'an ISO image', disk: 'an existing disk', empty: 'nothing yet' }

const or = (text: string, unit = ''): string => (text === '' ? '' : `${text}${unit}`)

/** The fields of each part, by the API's names. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  name: ['name'],
  from: ['iso'],
  size: ['vcpus', 'memoryMiB'],
  disk: ['disks'],
  network: ['networks'],
  details: ['host', 'firmware', 'tags', 'notes'],
}

/** Leads to each part of the form and says what it holds, and that something in it is wrong. */
export const Steps = (props: {
  readonly draft: Draft
  readonly wrong: (field: string) => string | undefined
}): ReactElement => {
  const { draft, wrong } = props
  const isWrong = (id: string): boolean => fieldsOf[id]!.some((field) => wrong(field) !== undefined)
  const size = [or(draft.vcpus, ' vCPUs'), or(draft.memoryMiB, ' MiB')].filter((part) => part !== '').join(' · ')
  const steps: readonly (readonly [id: string, title: string, words: string, done: boolean])[] = [
    ['name', 'Name', draft.name, draft.name !== ''],
    [
      'from',
      'Start from',
      fromWords[draft.from],
      draft.from === 'sample' || draft.from === 'empty' || draft.volume !== '',
    ],
    ['size', 'Size', size === '' ? 'chosen for you' : size, size !== ''],
    ...(draft.from === 'sample'
      ? []
      : [['disk', 'Disk', or(draft.diskGiB, ' GiB') || 'chosen for you', draft.diskGiB !== ''] as const]),
    [
      'network',
      'Network',
      draft.networks === undefined ? 'chosen for you' : draft.networks.join(', ') || 'none',
      draft.networks !== undefined,
    ],
    ['details', 'Details', draft.host === '' ? 'all chosen for you' : draft.host, draft.host !== ''],
  ]
  return (
    <nav className="create__steps" aria-label="Parts of the form">
      {steps.map(([id, title, words, done], at) => (
        <a
          key={id}
          href={`#${id}`}
          onClick={(event) => {
            event.preventDefault()
            const part = document.getElementById(id)
            part?.scrollIntoView({ block: 'start' })
            part?.querySelector<HTMLElement>('input, select')?.focus({ preventScroll: true })
          }}
        >
          <Dot wrong={isWrong(id)} done={done} number={at + 1} />
          <span>
            {title}
            <small>{words}</small>
          </span>
        </a>
      ))}
    </nav>
  )
}

const Dot = (props: { readonly wrong: boolean; readonly done: boolean; readonly number: number }): ReactElement => {
  if (props.wrong)
    return (
      <span className="dot is-wrong" role="img" aria-label="Something is wrong here">
        !
      </span>
    )
  return <span className="dot">{props.done ? <Icon name="check" size={12} /> : props.number}</span>
}
