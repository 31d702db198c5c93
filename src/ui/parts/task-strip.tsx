import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useNow } from '../data/live-context.ts'
import type { Task } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { Bar } from './bar.tsx'
import { Name, Said } from './name.tsx'
import { taskLook } from './state-look.ts'
import { State } from './state.tsx'
import { shareOf, stepWords } from './task-words.ts'
import { Ago } from './time.tsx'

/** At the foot of an object's page: the task under way, else the last one that ended. */
export const TaskStrip = ({ tasks }: { readonly tasks: readonly Task[] }): ReactElement | null => {
  const now = useNow()
  const going = tasks.find((task) => task.endedAt === null)
  const before = tasks.find((task) => task.endedAt !== null)
  if (going === undefined && before === undefined) return null
  return (
    <footer className="strip" aria-label="Tasks">
      {going === undefined ? null : (
        <>
          <State look={{ ...taskLook(going), word: '' }} />
          <span>
            <Link to="/tasks/$task" params={{ task: String(going.number) }}>
              <Said>{going.title}</Said>
            </Link>{' '}
            <span className="quiet">
              by <Name of={going.by} />
            </span>
          </span>
          <Bar label={visibleText(going.title)} share={shareOf(going)} />
          <span className="quiet">
            <Said>{stepWords(going)}</Said>
          </span>
        </>
      )}
      <span className="end">
        {before === undefined ? null : (
          <span className="quiet">
            Before:{' '}
            <Link to="/tasks/$task" params={{ task: String(before.number) }}>
              <Said>{before.title}</Said>
            </Link>
            , {taskLook(before).word.toLowerCase()} <Ago at={before.endedAt ?? before.createdAt} now={now} />
          </span>
        )}
      </span>
    </footer>
  )
}
