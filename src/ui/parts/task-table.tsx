import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { took } from '../data/format.ts'
import { useNow } from '../data/live-context.ts'
import type { Task } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { Bar } from './bar.tsx'
import { DataTable } from './data-table.tsx'
import { Name } from './name.tsx'
import { RefLink } from './ref-link.tsx'
import { TaskState } from './state.tsx'
import { shareOf } from './task-words.ts'
import { Ago } from './time.tsx'

export const TaskTable = ({ tasks }: { readonly tasks: readonly Task[] }): ReactElement => {
  const now = useNow(2000)
  return (
    <DataTable
      label="Tasks"
      rows={tasks}
      keyOf={(task) => task.id}
      columns={[
        {
          name: 'Task',
          cell: (task) => (
            <Link to="/tasks/$task" params={{ task: String(task.number) }} className="strong">
              <Name of={task.title} />
            </Link>
          ),
        },
        {
          name: 'Object',
          cell: (task) => (task.object === null ? <span className="quiet">–</span> : <RefLink of={task.object} />),
        },
        { name: 'By', cell: (task) => <Name of={task.by} /> },
        { name: 'State', cell: (task) => <TaskState task={task} /> },
        {
          name: 'Progress',
          className: 'barcell',
          cell: (task) =>
            task.endedAt === null ? (
              <Bar label={visibleText(task.title)} share={shareOf(task)} />
            ) : (
              <span className="quiet">–</span>
            ),
        },
        { name: 'Since', figures: true, cell: (task) => <Ago at={task.createdAt} now={now} /> },
        {
          name: 'Took',
          figures: true,
          cell: (task) => took(task.startedAt ?? task.createdAt, task.endedAt ?? new Date(now).toISOString()),
        },
        { name: 'Number', figures: true, cell: (task) => <span className="quiet">{task.number}</span> },
      ]}
    />
  )
}
