import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'

import type { Live } from './live.ts'

export const LiveContext = createContext<Live | null>(null)

export const useLive = (): Live => {
  const live = useContext(LiveContext)
  if (live === null) throw new Error('useLive outside of LiveContext')
  return live
}

/** The time, anew every period; for words like "24 min ago". */
export const useNow = (periodMs = 10_000): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), periodMs)
    return () => clearInterval(timer)
  }, [periodMs])
  return now
}

export const useLastLife = (): number => {
  const live = useLive()
  return useSyncExternalStore(live.subscribe, live.lastLife)
}
