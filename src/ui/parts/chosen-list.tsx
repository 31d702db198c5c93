import type { ReactElement, ReactNode } from 'react'

import type { VmPlan } from '../data/resources.ts'
import { Icon } from './icon.tsx'
import { Said } from './name.tsx'

/** What Floe chose, each with its reason. */
export const ChosenList = (props: {
  readonly chosen: VmPlan['chosen']
  /** Further lines, as list items. */
  readonly children?: ReactNode
}): ReactElement => (
  <ul className="reasons" aria-live="polite">
    {props.chosen.map((choice) => (
      <li key={choice.what}>
        <span className="is-busy">
          <Icon name="check" size={14} />
        </span>
        <span>
          <span className="strong">{choice.what}</span> <Said>{choice.value}</Said>
          <small>
            <Said>{choice.because}</Said>
          </small>
        </span>
      </li>
    ))}
    {props.children}
  </ul>
)
