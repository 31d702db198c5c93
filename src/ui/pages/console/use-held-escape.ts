import { useEffect, type RefObject } from 'react'

const heldMs = 900

/** Holding Esc takes the keys back from the guest: the bar gets the focus, full screen ends. A short Esc is the guest's. */
export const useHeldEscape = (frame: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = (): void => {
      clearTimeout(timer)
      timer = undefined
    }
    const leave = (): void => {
      if (document.fullscreenElement !== null) void document.exitFullscreen()
      frame.current?.querySelector<HTMLElement>('.console__bar a, .console__bar button')?.focus()
    }
    const down = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') timer ??= setTimeout(leave, heldMs)
    }
    const up = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') stop()
    }
    // Before noVNC and xterm, which stop the event.
    document.addEventListener('keydown', down, true)
    document.addEventListener('keyup', up, true)
    return () => {
      stop()
      document.removeEventListener('keydown', down, true)
      document.removeEventListener('keyup', up, true)
    }
  }, [frame])
}
