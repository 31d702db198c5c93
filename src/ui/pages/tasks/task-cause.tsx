import type { ReactElement } from 'react'

import type { TaskDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Bar } from '../../parts/bar.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Said } from '../../parts/name.tsx'
import { Card, Note } from '../../parts/page.tsx'
import { shareOf, stepWords } from '../../parts/task-words.ts'

/** The cause first: what it does or waits for, or why it failed and what is left of it. */
export const TaskCause = ({ task }: { readonly task: TaskDetail }): ReactElement | null => {
  if (task.error !== null)
    return (
      <Note look="bad" icon="error">
        <span className="strong">
          <Said>{task.error.message}</Said>
        </span>
        {task.error.left === undefined ? (
          <div className="quiet">
            {task.state === 'failed' ? '' : 'What it had done was undone; nothing is left over.'}
          </div>
        ) : (
          <div>
            Left over: <Said>{task.error.left}</Said>
          </div>
        )}
      </Note>
    )
  if (task.endedAt !== null) return null
  const waits = task.state === 'waiting'
  return (
    <Card look="here" bare>
      <div className="cause">
        <span className="is-busy">
          <Icon name="clock" />
        </span>
        <div className="stack">
          <span className="strong">
            <Said>{waits ? (task.cause ?? 'Waits for its turn') : (task.step ?? 'Begins')}</Said>
          </span>
          <Bar label={visibleText(task.title)} share={waits ? 0 : shareOf(task)} />
          <span className="quiet">
            <Said>{stepWords(task)}</Said>
          </span>
        </div>
      </div>
    </Card>
  )
}
