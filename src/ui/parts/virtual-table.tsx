import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
} from 'react'

import { useKeptFocus, useOpenSoon } from './use-row-focus.ts'
import { Header, Row, type TableProps } from './virtual-row.tsx'

const rowHeight = 32

/** A table of any length: only the rows in sight exist. Keys: j k x, with Shift to extend, Enter, Ctrl A, Esc. */
export const VirtualTable = <T,>(props: TableProps<T>): ReactElement => {
  const scroll = useRef<HTMLDivElement>(null)
  const name = useId()
  const { here } = props
  const virtual = useVirtualizer({
    count: props.total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight + 4,
    scrollPaddingEnd: 80,
    // The row the keyboard stands on exists wherever one scrolls, so that what has the focus in it keeps it.
    rangeExtractor: useCallback(
      (range: Range) => {
        const sight = defaultRangeExtractor(range)
        if (here < 0 || here >= range.count || sight.includes(here)) return sight
        return [...sight, here].toSorted((a, b) => a - b)
      },
      [here],
    ),
  })
  const rows = virtual.getVirtualItems()
  const sight = rows.filter((item) => item.index !== here || rows.length === 1)
  const first = sight[0]?.index ?? 0
  const last = sight.at(-1)?.index ?? 0
  const { onLook } = props
  useEffect(() => onLook(first, last), [onLook, first, last])

  useEffect(() => virtual.scrollToOffset(0), [virtual, props.view])
  const steady = useSteady(props)
  const openSoon = useOpenSoon(props)
  const keepFocus = useKeptFocus(scroll)
  const template = `30px ${props.columns.map((column) => column.width).join(' ')} 40px`
  const width = 70 + props.columns.reduce((sum, column) => sum + Number(/\d+/.exec(column.width)?.[0] ?? 0), 0)
  const go = (index: number, extend: boolean): void => {
    const to = Math.max(0, Math.min(props.total - 1, index))
    props.onHere(to)
    virtual.scrollToIndex(to)
    if (extend) props.onSelect(to, 'extend')
  }
  const onKey = (event: KeyboardEvent): void => {
    const { target } = event
    const inButton = target instanceof HTMLElement && target.closest('button') !== null
    const inBox = target instanceof HTMLInputElement
    if (inButton && event.key !== 'Escape') return
    if (inBox && event.key === ' ') return
    openSoon(undefined)
    const page = Math.max(1, rows.length - 24)
    const ctrlA = event.ctrlKey && event.key === 'a'
    if (event.key === 'j' || event.key === 'J' || event.key === 'ArrowDown') go(props.here + 1, event.shiftKey)
    else if (event.key === 'k' || event.key === 'K' || event.key === 'ArrowUp') go(props.here - 1, event.shiftKey)
    else if (event.key === 'PageDown') go(props.here + page, event.shiftKey)
    else if (event.key === 'PageUp') go(props.here - page, event.shiftKey)
    else if (event.key === 'Home') go(0, event.shiftKey)
    else if (event.key === 'End') go(props.total - 1, event.shiftKey)
    else if ((event.key === 'x' || event.key === ' ') && props.here >= 0) props.onSelect(props.here, 'toggle')
    else if (ctrlA) props.onSelectAll(true)
    else if (event.key === 'Enter' && props.here >= 0) openSoon(props.here)
    else if (event.key === 'Escape') props.onEscape()
    else return
    event.preventDefault()
  }

  return (
    <div className="vt" onPointerEnter={() => props.onPointer(true)} onPointerLeave={() => props.onPointer(false)}>
      <div
        ref={scroll}
        className="vt__scroll"
        role="grid"
        aria-label={props.label}
        aria-rowcount={props.total + 1}
        aria-multiselectable="true"
        tabIndex={0}
        aria-activedescendant={here < 0 ? undefined : `${name}-${here}`}
        onKeyDown={onKey}
        {...keepFocus}
        style={{ '--vt-width': `${width}px` } as CSSProperties}
      >
        <Header {...props} template={template} />
        <div className="vt__body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {rows.map((item) => {
            const row = props.rowAt(item.index)
            return (
              <Row
                key={row === undefined ? `at-${item.index}` : props.keyOf(row)}
                id={`${name}-${item.index}`}
                {...steady}
                columns={props.columns}
                now={props.now}
                row={row}
                index={item.index}
                isSelected={row !== undefined && props.selected(row)}
                isHere={item.index === props.here}
                template={template}
                top={item.start}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** The table's callbacks as functions that stay the same, so that rows need not be drawn anew for them. */
const useSteady = <T,>(props: TableProps<T>) => {
  const latest = useRef(props)
  useLayoutEffect(() => {
    latest.current = props
  })
  return useMemo(
    () => ({
      onSelect: (index: number, how: 'toggle' | 'extend') => latest.current.onSelect(index, how),
      onHere: (index: number) => latest.current.onHere(index),
      onOpen: (row: T) => latest.current.onOpen(row),
      menu: (row: T) => latest.current.menu(row),
      gone: (row: T) => latest.current.gone(row),
    }),
    [],
  )
}
