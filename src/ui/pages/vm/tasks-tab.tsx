import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import { tasksQuery } from '../../data/queries.ts'
import { More } from '../../parts/more.tsx'
import { Name } from '../../parts/name.tsx'
import { Answer, Empty } from '../../parts/page.tsx'
import { TaskTable } from '../../parts/task-table.tsx'
import { useVm } from './use-vm.ts'

export const TasksTab = (): ReactElement => {
  const vm = useVm()
  const tasks = useInfiniteQuery(tasksQuery({ vm: vm.id }))
  return (
    <Answer of={tasks} what="Reading the tasks">
      {(data) => {
        const rows = data.pages.flatMap((page) => page.items)
        if (rows.length === 0)
          return (
            <Empty title="No tasks yet">
              What Floe does with <Name of={vm.name} /> is listed here.
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
  )
}
