import type { ReactElement } from 'react'

import { ago, exactTime } from '../data/format.ts'

/** "24 min ago", with date, time and zone on hovering and in copies. */
export const Ago = ({ at, now }: { readonly at: string; readonly now: number }): ReactElement => (
  <time dateTime={at} title={exactTime(at)}>
    {ago(at, now)}
  </time>
)
