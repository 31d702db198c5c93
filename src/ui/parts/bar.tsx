import type { ReactElement } from 'react'

/** A share as a bar; the figure stands beside it. Amber and red where the caller says so, never by itself. */
export const Bar = (props: {
  readonly label: string
  /** 0 to 1; undefined: under way, size not known. */
  readonly share: number | undefined
  readonly look?: 'act' | 'bad' | undefined
}): ReactElement => {
  const percent = props.share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, props.share)) * 100)
  return (
    <span
      className={`bar${props.look === undefined ? '' : ` is-${props.look}`}${percent === undefined ? ' is-open' : ''}`}
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </span>
  )
}
