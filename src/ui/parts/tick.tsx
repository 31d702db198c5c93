import type { ReactElement, ReactNode } from 'react'

/** A box to tick, with its words beside it. */
export const Tick = (props: {
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly children: ReactNode
}): ReactElement => (
  <label className="buttons">
    <input
      className="tick"
      type="checkbox"
      checked={props.on}
      onChange={(event) => props.onChange(event.target.checked)}
    />
    {props.children}
  </label>
)
