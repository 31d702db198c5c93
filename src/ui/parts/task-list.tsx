import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { tasksQuery } from '../data/queries.ts'
import { More } from './more.tsx'
import { Answer } from './page.tsx'
import { TaskTable } from './task-table.tsx'

/** Tasks of a filter, page by page; `none` stands where there are none. */
export const TaskList = (props: {
  readonly of: Parameters<typeof tasksQuery>[0]
  readonly none: ReactElement
}): ReactElement => {
  const tasks = useInfiniteQuery(tasksQuery(props.of))
  return (
    <Answer of={tasks} what="Reading the tasks">
      {(data) => {
        const rows = data.pages.flatMap((page) => page.items)
        if (rows.length === 0) return props.none
        return (
          <>
            <TaskTable tasks={rows} />
            <More of={tasks} />
          </>
        )
      }}
    </Answer>
  )
}
