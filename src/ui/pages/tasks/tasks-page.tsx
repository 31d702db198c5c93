import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { ButtonLink } from '../../parts/button.tsx'
import { Empty, Page } from '../../parts/page.tsx'
import { TaskList } from '../../parts/task-list.tsx'

const route = getRouteApi('/inside/shell/tasks')

const filters = [
  [undefined, 'All'],
  ['open', 'Under way'],
  ['failed', 'Failed'],
  ['done', 'Done'],
] as const

export const TasksPage = (): ReactElement => {
  const { state } = route.useSearch()
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
      <TaskList
        of={state === undefined ? {} : { state }}
        none={
          <Empty
            title={state === undefined ? 'No tasks yet' : 'No such tasks'}
            icon="tasks"
            action={state === undefined ? undefined : <ButtonLink to="/tasks">Show all</ButtonLink>}
          >
            Everything Floe does to a host or VM is a task: it ends finished or undone.
          </Empty>
        }
      />
    </Page>
  )
}
