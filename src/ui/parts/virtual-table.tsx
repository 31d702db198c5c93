import { useVirtualizer } from '@tanstack/react-virtual'
import {
  memo,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from 'react'

import { Icon } from './icon.tsx'

export type VirtualColumn<T> = {
  readonly id: string
  readonly name: string
  readonly width: string
  readonly sort?: string
  readonly figures?: boolean
  readonly cell: (row: T, now: number) => ReactNode
}

type Props<T> = {
  readonly label: string
  readonly columns: readonly VirtualColumn<T>[]
  /** Rows there are; those not yet read are undefined. */
  readonly total: number
  readonly rowAt: (index: number) => T | undefined
  /** Another view begins at its first row. */
  readonly view: string
  readonly keyOf: (row: T) => string
  readonly now: number
  readonly sort: string
  readonly onSort: (sort: string) => void
  readonly selected: (row: T) => boolean
  readonly allSelected: boolean | 'some'
  readonly onSelect: (index: number, how: 'toggle' | 'extend') => void
  readonly onSelectAll: (on: boolean) => void
  /** The row the keyboard stands on. */
  readonly here: number
  readonly onHere: (index: number) => void
  readonly onOpen: (row: T) => void
  readonly onLook: (first: number, last: number) => void
  readonly onPointer: (over: boolean) => void
  readonly onEscape: () => void
  readonly menu: (row: T) => ReactNode
  readonly gone: (row: T) => boolean
}

const rowHeight = 32

/** A table of any length: only the rows in sight exist. Keys: j k x, with Shift to extend, Enter, Ctrl A, Esc. */
export const VirtualTable = <T,>(props: Props<T>): ReactElement => {
  const scroll = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: props.total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight + 4,
    scrollPaddingEnd: 80,
  })
  const rows = virtual.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const last = rows.at(-1)?.index ?? 0
  const { onLook } = props
  useEffect(() => onLook(first, last), [onLook, first, last])

  useEffect(() => virtual.scrollToOffset(0), [virtual, props.view])
  const steady = useSteady(props)
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
    const row = props.rowAt(props.here)
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
    else if (event.key === 'Enter' && row !== undefined) props.onOpen(row)
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
        onKeyDown={onKey}
        style={{ '--vt-width': `${width}px` } as CSSProperties}
      >
        <Header {...props} template={template} />
        <div className="vt__body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {rows.map((item) => {
            const row = props.rowAt(item.index)
            return (
              <Row
                key={row === undefined ? `at-${item.index}` : props.keyOf(row)}
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
const useSteady = <T,>(props: Props<T>) => {
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

const Header = <T,>(props: Props<T> & { readonly template: string }): ReactElement => {
  const [key, down] = props.sort.startsWith('-') ? [props.sort.slice(1), true] : [props.sort, false]
  return (
    <div className="vt__row vt__head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: props.template }}>
      <span className="vt__cell" role="columnheader">
        <input
          type="checkbox"
          aria-label="Select all that match"
          checked={props.allSelected === true}
          ref={(box) => {
            if (box !== null) box.indeterminate = props.allSelected === 'some'
          }}
          onChange={() => props.onSelectAll(props.allSelected !== true)}
        />
      </span>
      {props.columns.map((column) => {
        const sorted = column.sort !== undefined && column.sort === key
        return (
          <span
            key={column.id}
            className={column.figures === true ? 'vt__cell figures' : 'vt__cell'}
            role="columnheader"
            aria-sort={sorted ? (down ? 'descending' : 'ascending') : undefined}
          >
            {column.sort === undefined ? (
              column.name
            ) : (
              <button
                type="button"
                className="sort"
                onClick={() => props.onSort(sorted && !down ? `-${column.sort}` : (column.sort ?? ''))}
              >
                {column.name}
                {sorted ? <Icon name={down ? 'downArrow' : 'up'} size={11} /> : null}
              </button>
            )}
          </span>
        )
      })}
      <span className="vt__cell" role="columnheader">
        <span className="visually-hidden">Actions</span>
      </span>
    </div>
  )
}

type RowProps<T> = Pick<Props<T>, 'columns' | 'now' | 'onSelect' | 'onHere' | 'onOpen' | 'menu' | 'gone'> & {
  readonly row: T | undefined
  readonly index: number
  readonly isSelected: boolean
  readonly isHere: boolean
  readonly template: string
  readonly top: number
}

const PlainRow = <T,>(props: RowProps<T>): ReactElement => {
  const { row, index } = props
  const classes = ['vt__row']
  if (props.isHere) classes.push('is-here')
  if (row !== undefined && props.gone(row)) classes.push('is-gone')
  const onClick = (event: MouseEvent): void => {
    props.onHere(index)
    if (event.target instanceof HTMLElement && event.target.closest('a, button, input') !== null) return
    if (event.shiftKey) props.onSelect(index, 'extend')
    else if (event.ctrlKey || event.metaKey) props.onSelect(index, 'toggle')
  }
  return (
    <div
      className={classes.join(' ')}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
      onClick={onClick}
      onDoubleClick={() => {
        if (row !== undefined) props.onOpen(row)
      }}
    >
      <span className="vt__cell" role="gridcell">
        {row === undefined ? null : (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label="Select"
            checked={props.isSelected}
            onChange={() => props.onSelect(index, 'toggle')}
          />
        )}
      </span>
      {props.columns.map((column) => (
        <span key={column.id} className={column.figures === true ? 'vt__cell figures' : 'vt__cell'} role="gridcell">
          {row === undefined ? <span className="fog" /> : column.cell(row, props.now)}
        </span>
      ))}
      <span className="vt__cell" role="gridcell">
        {row === undefined ? null : props.menu(row)}
      </span>
    </div>
  )
}

/** Drawn anew only when something of its own has changed: a patch of one row must not cost the whole table. */
const Row = memo(PlainRow) as typeof PlainRow
