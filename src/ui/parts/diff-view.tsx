import type { ReactElement } from 'react'

import type { FieldDifference } from '../data/resources.ts'
import { DataTable } from './data-table.tsx'
import { Said } from './name.tsx'

/** Pending, drift and history in one view: the field in words, what it was, what it is. */
export const DiffView = ({ differences }: { readonly differences: readonly FieldDifference[] }): ReactElement => (
  <div className="diff">
    <DataTable
      label="Differences"
      rows={differences}
      keyOf={(row) => row.path}
      columns={[
        {
          name: 'Field',
          className: 'wraps',
          cell: (row) => (
            <span title={row.path}>
              <Said>{row.field}</Said>
            </span>
          ),
        },
        {
          name: 'Before',
          className: 'wraps',
          cell: (row) =>
            row.before === null ? (
              <span className="quiet">–</span>
            ) : (
              <del>
                <Said>{row.before}</Said>
              </del>
            ),
        },
        {
          name: 'After',
          className: 'wraps',
          cell: (row) =>
            row.after === null ? (
              <span className="quiet">none</span>
            ) : (
              <ins>
                <Said>{row.after}</Said>
              </ins>
            ),
        },
      ]}
    />
  </div>
)
