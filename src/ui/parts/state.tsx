import type { ReactElement, ReactNode } from 'react'

import { span } from '../data/format.ts'
import type { Host, Task, Vm } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { Name } from './name.tsx'
import { hostLook, taskLook, vmLook, type Look, type Shape } from './state-look.ts'

const drawings: Readonly<Record<Shape, ReactNode>> = {
  disc: <circle cx="8" cy="8" r="5" className="fill" />,
  ring: <circle cx="8" cy="8" r="4.2" />,
  bars: <path d="M4.5 3h2.6v10H4.5zM9 3h2.6v10H9z" className="fill" />,
  arrow: <path d="M2 8h11M9 3.8 13.2 8 9 12.2" />,
  turning: <path d="M13 8a5 5 0 1 1-3-4.6" className="turning" />,
  octagon: (
    <>
      <path d="M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2z" className="fill" />
      <path d="M8 4.6v4M8 11v.01" className="cut" />
    </>
  ),
  dashed: <circle cx="8" cy="8" r="4.6" strokeDasharray="2.4 1.9" />,
  clock: <path d="M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 5v3.2l2 1.3" />,
  check: <path d="m2.5 8.5 3.5 3.5 7.5-8" />,
  back: <path d="M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6" />,
  moon: <path d="M13 9.6A5.4 5.4 0 1 1 6.4 3a4.5 4.5 0 0 0 6.6 6.6z" />,
}

const StateIcon = ({ look }: { readonly look: Look }): ReactElement => (
  <svg className={`state__icon is-${look.tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    {drawings[look.shape]}
  </svg>
)

/** A state by shape, word and colour, with what more is known in small. */
export const State = ({ look, more }: { readonly look: Look; readonly more?: ReactNode }): ReactElement => (
  <span className="state">
    <StateIcon look={look} />
    <span>{look.word}</span>
    {more ??
      (look.more === undefined ? null : (
        <small className={`is-${look.moreTone ?? look.tone}-text`} title={visibleText(look.more, 400)}>
          <Name of={look.more} />
        </small>
      ))}
  </span>
)

export const VmState = ({ vm, now }: { readonly vm: Vm; readonly now?: number }): ReactElement => {
  const look = vmLook(vm)
  const off = vm.state === 'shutoff' && vm.since !== null && now !== undefined
  return (
    <State
      look={look}
      more={off && look.more === undefined ? <small>since {span(vm.since ?? '', now)}</small> : undefined}
    />
  )
}

/** `short`: without the reason, where that stands beside it anyway. */
export const HostState = (props: { readonly host: Host; readonly short?: boolean }): ReactElement => (
  <State look={hostLook(props.host)} more={props.short === true ? <></> : undefined} />
)

/** What a silent host has is not known: it is shown as it was seen last, and that is said. */
export const unknownLook: Look = { shape: 'dashed', tone: 'quiet', word: 'Unknown', more: 'host silent' }

export const TaskState = ({ task }: { readonly task: Task }): ReactElement => <State look={taskLook(task)} />
