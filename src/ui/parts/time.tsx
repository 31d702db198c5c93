import type { ReactElement } from 'react'

import { ago, exactTime } from '../data/format.ts'

/** "24 min ago", with date, time and zone on hovering and in copies. */
export const Ago = (props: {
  readonly at: string
  readonly now: number
  /** "24 min": where a column says that it is the past. */
  readonly short?: boolean
}): ReactElement => (
  <time dateTime={props.at} title={exactTime(props.at)}>
    {props.short === true ? ago(props.at, props.now).replace(' ago', '') : ago(props.at, props.now)}
  </time>
)
