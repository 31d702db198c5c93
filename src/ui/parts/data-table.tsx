import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table'
import type { ReactElement, ReactNode } from 'react'

export type Column<T> = {
  readonly name: string
  readonly cell: (row: T) => ReactNode
  readonly figures?: boolean
  readonly className?: string
}

/** A table of few rows. The one of VMs, which may be 20,000, is VirtualTable. */
export const DataTable = <T,>(props: {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  /** Said instead of a table without rows. */
  readonly none?: string
}): ReactElement =>
  props.rows.length === 0 && props.none !== undefined ? (
    <p className="none quiet">{props.none}</p>
  ) : (
    <div className="scrolls">
      <Table variant="compact" className="list" aria-label={props.label} gridBreakPoint="">
        <Thead>
          <Tr>
            {props.columns.map((column) => (
              <Th key={column.name} className={column.figures === true ? 'figures' : ''}>
                {column.name === '' ? <span className="visually-hidden">Actions</span> : column.name}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {props.rows.map((row) => (
            <Tr key={props.keyOf(row)}>
              {props.columns.map((column) => (
                <Td
                  key={column.name}
                  className={`${column.figures === true ? 'figures' : ''} ${column.className ?? ''}`}
                >
                  {column.cell(row)}
                </Td>
              ))}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  )
