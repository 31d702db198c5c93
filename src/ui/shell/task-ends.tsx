import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ReactElement } from 'react'

import { useLive } from '../data/live-context.ts'
import type { Task } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { useToast } from '../parts/toasts.tsx'

/** Announces tasks' ends: to screen readers each one, on the screen only what failed. */
export const TaskEnds = (): ReactElement => {
  const live = useLive()
  const toast = useToast()
  const navigate = useNavigate()
  const [said, setSaid] = useState('')
  const told = useRef(new Set<string>())
  useEffect(() => {
    const onTask = (task: Task): void => {
      const ended = task.state === 'done' || task.state === 'failed' || task.state === 'undone'
      if (!ended || told.current.has(task.id)) return
      told.current.add(task.id)
      setSaid(`${visibleText(task.title)}: ${task.state}`)
      if (task.state === 'done') return
      toast({
        look: 'bad',
        title: task.state === 'undone' ? `${task.title} was undone` : `${task.title} failed`,
        ...(task.error === null ? {} : { more: task.error.message }),
        action: {
          text: 'Show',
          onPress: () => void navigate({ to: '/tasks/$task', params: { task: String(task.number) } }),
        },
      })
    }
    return live.onTask(onTask)
  }, [live, toast, navigate])
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  )
}
