import { Link } from '@tanstack/react-router'
import { useState, type ReactElement, type ReactNode } from 'react'

import type { Change } from '../data/resources.ts'
import { withoutSteps } from '../data/without-steps.ts'
import { Button } from './button.tsx'
import { DiffView } from './diff-view.tsx'
import { Icon } from './icon.tsx'
import { Name, Said } from './name.tsx'
import { RefLink } from './ref-link.tsx'
import { Ago } from './time.tsx'

/** Titles of these changes name their object themselves. */
const named: ReadonlySet<string> = new Set(['task', 'account'])
/** "Started on hv1" behind the name of what was started. */
const afterName = (title: string): string => title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())

const authorIcon = { user: 'user', outside: 'outside', floe: 'tasks' } as const

/** What changed, when and by whom; "outside" is what somebody did without Floe. */
export const ChangeList = (props: {
  readonly changes: readonly Change[]
  readonly now: number
  /** Names the object of each change; not on the object's own page. */
  readonly withObject?: boolean
  readonly end?: (change: Change) => ReactNode
  readonly most?: number
  /** For a narrow place: no buttons, shorter words. */
  readonly short?: boolean
}): ReactElement => (
  <ul className={props.short === true ? 'rows is-short' : 'rows'}>
    {withoutSteps(props.changes)
      .slice(0, props.most)
      .map((change) => (
        <ChangeRow key={change.revision} {...props} change={change} />
      ))}
  </ul>
)

const ChangeRow = (props: {
  readonly change: Change
  readonly now: number
  readonly withObject?: boolean
  readonly end?: (change: Change) => ReactNode
  readonly short?: boolean
}): ReactElement => {
  const { change } = props
  const [open, setOpen] = useState(false)
  const short = props.short === true
  const outside = change.author.kind === 'outside'
  return (
    <>
      <li>
        <span className="when">
          <Ago at={change.at} now={props.now} short={short} />
        </span>
        <span className="who" title={outside ? 'Somebody did this without Floe; libvirt does not say who.' : undefined}>
          {short ? null : <Icon name={authorIcon[change.author.kind]} size={14} />}
          <Name of={short ? (change.author.name.split(' ')[0] ?? '') : change.author.name} />
        </span>
        <span className="grow">
          {props.withObject === true && change.object !== null && !named.has(change.object.kind) ? (
            <>
              <RefLink of={change.object} /> <Said>{afterName(change.title)}</Said>
            </>
          ) : (
            <>
              <Said>{change.title}</Said>
              {change.object?.kind === 'account' && change.object.name !== change.author.name ? (
                <span className="quiet">
                  {' '}
                  (<Name of={change.object.name} />)
                </span>
              ) : null}
            </>
          )}
          {outside && change.differences.length > 0 ? <span className="amber-text"> · drift</span> : null}
        </span>
        <span className="buttons" hidden={short}>
          {change.task === null ? null : (
            <Link to="/tasks/$task" params={{ task: String(change.task) }} className="small">
              Task {change.task}
            </Link>
          )}
          {change.differences.length === 0 ? null : (
            <Button look="link" small onPress={() => setOpen(!open)}>
              {open ? 'Hide' : 'Diff'}
            </Button>
          )}
          {props.end?.(change)}
        </span>
      </li>
      {open ? (
        <li>
          <span className="grow">
            <DiffView differences={change.differences} />
          </span>
        </li>
      ) : null}
    </>
  )
}
