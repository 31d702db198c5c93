import { memo, type MouseEvent, type ReactElement, type ReactNode } from 'react'

import { Icon } from './icon.tsx'

export type VirtualColumn<T> = {
  readonly id: string
  readonly name: string
  readonly width: string
  readonly sort?: string
  readonly figures?: boolean
  readonly cell: (row: T, now: number) => ReactNode
}

export type TableProps<T> = {
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

/** The names of the columns; where rows can be ordered by one, it is a button. */
export const Header = <T,>(props: TableProps<T> & { readonly template: string }): ReactElement => {
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

type RowProps<T> = { readonly id: string } & Pick<
  TableProps<T>,
  'columns' | 'now' | 'onSelect' | 'onHere' | 'onOpen' | 'menu' | 'gone'
> & {
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
      id={props.id}
      className={classes.join(' ')}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
      onClick={onClick}
      onFocus={() => props.onHere(index)}
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
export const Row = memo(PlainRow) as typeof PlainRow
