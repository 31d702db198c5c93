import type { Console } from '@floe/client'
import { useEffect, useRef, useState } from 'react'

import { client, codeOf, sentenceOf } from '../data/client.ts'

export type ConsoleLink =
  | { readonly state: 'off' }
  | { readonly state: 'opening' }
  | { readonly state: 'open' }
  /** `retryAt`: when it is tried again by itself; null: trying again would not help. */
  | { readonly state: 'cut'; readonly why: string; readonly retryAt: number | null }

/** Runs as long as the console is open; resolves when it has ended. */
export type Attach = (console: Console, signal: AbortSignal) => Promise<void>

const waitsMs = [1000, 2000, 4000, 8000, 15_000]
/** Refusals that another attempt would meet again. */
const final = new Set(['no_console', 'forbidden', 'not_found', 'vm_foreign'])

/** Keeps a console open while its VM is on: a ticket, the socket, and after a cut the same again. */
export const useConsole = (options: {
  readonly vm: string
  readonly kind: 'vnc' | 'serial'
  readonly on: boolean
  readonly attach: Attach
}): { readonly link: ConsoleLink; readonly again: () => void } => {
  const { vm, kind, on } = options
  const [link, setLink] = useState<ConsoleLink>({ state: on ? 'opening' : 'off' })
  const [round, setRound] = useState(0)
  const attach = useRef(options.attach)
  useEffect(() => {
    attach.current = options.attach
  })

  useEffect(() => {
    if (!on) {
      setLink({ state: 'off' })
      return
    }
    const ended = new AbortController()
    const { signal } = ended
    const run = async (): Promise<void> => {
      for (let attempt = 0; !signal.aborted;) {
        setLink({ state: 'opening' })
        const { why, stood, over } = await once(vm, kind, signal, attach.current, () => setLink({ state: 'open' }))
        if (signal.aborted) return
        attempt = stood ? 0 : attempt + 1
        const waitMs = waitsMs[Math.min(attempt, waitsMs.length - 1)] ?? 1000
        setLink({ state: 'cut', why, retryAt: over ? null : Date.now() + waitMs })
        if (over) return
        await pause(waitMs, signal)
      }
    }
    void run()
    return () => ended.abort()
  }, [vm, kind, on, round])
  return { link, again: () => setRound((before) => before + 1) }
}

const once = async (
  vm: string,
  kind: 'vnc' | 'serial',
  signal: AbortSignal,
  attach: Attach,
  onOpen: () => void,
): Promise<{ why: string; stood: boolean; over: boolean }> => {
  try {
    const console = await client.console({ vm, kind, signal })
    // noVNC must take the socket before its first byte comes, so nothing is awaited in between.
    const attached = attach(console, signal)
    onOpen()
    await attached
    const { reason } = await console.closed
    return { why: reason === '' ? 'The connection was closed.' : reason, stood: true, over: false }
  } catch (error) {
    return { why: sentenceOf(error), stood: false, over: final.has(codeOf(error)) }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
