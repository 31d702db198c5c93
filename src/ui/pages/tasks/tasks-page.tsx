import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { tasksQuery } from '../../data/queries.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { More } from '../../parts/more.tsx'
import { Answer, Empty, Page } from '../../parts/page.tsx'
import { TaskTable } from '../../parts/task-table.tsx'

const route = getRouteApi('/inside/shell/tasks')

const filters = [
  [undefined, 'All'],
  ['open', 'Under way'],
  ['failed', 'Failed'],
  ['done', 'Done'],
] as const

export const TasksPage = (): ReactElement => {
  const { state } = route.useSearch()
  const tasks = useInfiniteQuery(tasksQuery(state === undefined ? {} : { state }))
  return (
    <Page
      title="Tasks"
      head={
        <nav className="switcher" aria-label="Which tasks">
          {filters.map(([id, text]) => (
            <Link
              key={text}
              to="/tasks"
              search={id === undefined ? {} : { state: id }}
              activeOptions={{ exact: true, includeSearch: true }}
            >
              {text}
            </Link>
          ))}
        </nav>
      }
    >
      <Answer of={tasks} what="Reading the tasks">
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items)
          if (rows.length === 0)
            return (
              <Empty
                title={state === undefined ? 'No tasks yet' : 'No such tasks'}
                icon="tasks"
                action={state === undefined ? undefined : <ButtonLink to="/tasks">Show all</ButtonLink>}
              >
                Everything Floe does to a host or VM is a task: it ends finished or undone.
              </Empty>
            )
          return (
            <>
              <TaskTable tasks={rows} />
              <More of={tasks} />
            </>
          )
        }}
      </Answer>
    </Page>
  )
}
