import type { ReactElement } from 'react'

const words: readonly (readonly [state: string, word: string])[] = [
  ['running', 'running'],
  ['blocked', 'blocked'],
  ['shutdown', 'stopping'],
  ['pmsuspended', 'asleep'],
  ['shutoff', 'off'],
  ['paused', 'paused'],
  ['crashed', 'crashed'],
  ['unknown', 'unknown'],
  ['undefined', 'not defined'],
]
const acts = new Set(['paused', 'crashed'])

/** "16 running · 2 off": each count is a filter. */
export const CountsLine = (props: {
  readonly byState: Readonly<Record<string, number>> | undefined
  readonly state: string
  readonly onState: (state: string) => void
}): ReactElement | null => {
  const { byState } = props
  if (byState === undefined) return null
  const shown = words.filter(([state]) => (byState[state] ?? 0) > 0)
  return (
    <span className="counts">
      {shown.map(([state, word], at) => (
        <span key={state} className={acts.has(state) ? 'amber-text' : undefined}>
          {at > 0 ? ' · ' : ''}
          <button
            type="button"
            className="textual"
            aria-pressed={props.state === state}
            onClick={() => props.onState(props.state === state ? '' : state)}
          >
            {(byState[state] ?? 0).toLocaleString('en')} {word}
          </button>
        </span>
      ))}
    </span>
  )
}
