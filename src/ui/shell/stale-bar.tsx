import type { ReactElement } from 'react'

import { clockTime } from '../data/format.ts'
import { useLastLife, useLive, useNow } from '../data/live-context.ts'
import { Button } from '../parts/button.tsx'
import { State } from '../parts/state.tsx'

const staleAfterMs = 5000

/** What is old looks old, and says since when. */
export const StaleBar = (): ReactElement | null => {
  const live = useLive()
  const lastLife = useLastLife()
  const now = useNow(1000)
  const silentMs = now - lastLife
  if (silentMs < staleAfterMs) return null
  return (
    <div className="stale" role="status">
      <State look={{ shape: 'dashed', tone: 'quiet', word: '' }} />
      <span>
        <span className="strong">No news for {Math.round(silentMs / 1000)} s.</span>{' '}
        <span className="quiet">What you see is from {clockTime(lastLife)}. It is tried again by itself.</span>
      </span>
      <span className="end">
        <Button small onPress={() => live.again()}>
          Try now
        </Button>
      </span>
    </div>
  )
}
