import type { ReactElement } from 'react'

import { Name } from '../../parts/name.tsx'
import { Empty } from '../../parts/page.tsx'
import { TaskList } from '../../parts/task-list.tsx'
import { useVm } from './use-vm.ts'

export const TasksTab = (): ReactElement => {
  const vm = useVm()
  return (
    <TaskList
      of={{ vm: vm.id }}
      none={
        <Empty title="No tasks yet">
          What Floe does with <Name of={vm.name} /> is listed here.
        </Empty>
      }
    />
  )
}
