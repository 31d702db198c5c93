import { useEffect, useRef, useState, type FocusEvent, type RefObject } from 'react'

/** Opens a row at once, or as soon as it is read: whoever presses Enter has decided. Undefined: another key was pressed. */
export const useOpenSoon = <T>(props: {
  readonly view: string
  readonly rowAt: (index: number) => T | undefined
  readonly onOpen: (row: T) => void
}): ((index: number | undefined) => void) => {
  const [awaited, setAwaited] = useState<{ readonly index: number; readonly view: string }>()
  // In another view another row has that place.
  const row = awaited === undefined || awaited.view !== props.view ? undefined : props.rowAt(awaited.index)
  const { onOpen } = props
  useEffect(() => {
    if (row === undefined) return
    setAwaited(undefined)
    onOpen(row)
  }, [row, onOpen])
  return (index) => setAwaited(index === undefined ? undefined : { index, view: props.view })
}

/** Rows come and go: when the one with the focus goes, the table has it, and the keyboard works on. */
export const useKeptFocus = (table: RefObject<HTMLElement | null>) => {
  const inside = useRef(false)
  useEffect(() => {
    if (inside.current && document.activeElement === document.body) table.current?.focus({ preventScroll: true })
  })
  return {
    onFocus: () => {
      inside.current = true
    },
    onBlur: (event: FocusEvent) => {
      // An element that is taken away is left by nobody.
      if (event.target.isConnected) inside.current = event.currentTarget.contains(event.relatedTarget)
    },
  }
}
