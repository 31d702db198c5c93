import type { ReactElement } from 'react'

import { clockTime, took } from '../../data/format.ts'
import type { TaskDetail } from '../../data/resources.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Card } from '../../parts/page.tsx'

type Step = TaskDetail['journal'][number]

const look: Readonly<
  Record<Step['state'], { readonly icon?: IconName; readonly tone: string; readonly word: string }>
> = {
  pending: { tone: 'is-quiet', word: 'to come' },
  doing: { icon: 'clock', tone: 'is-doing is-busy', word: 'under way' },
  done: { icon: 'check', tone: 'is-good', word: 'done' },
  undoing: { icon: 'undo', tone: 'is-doing is-busy', word: 'being undone' },
  undone: { icon: 'undo', tone: 'is-quiet', word: 'undone' },
  failed: { icon: 'error', tone: 'is-bad', word: 'failed' },
  skipped: { tone: 'is-quiet', word: 'not needed' },
}

const lasted = (step: Step, now: number): string =>
  step.startedAt === null ? '' : took(step.startedAt, step.endedAt ?? new Date(now).toISOString())

const StepLine = ({ step, now }: { readonly step: Step; readonly now: number }): ReactElement => {
  const { icon, tone, word } = look[step.state]
  return (
    <li>
      <span className={`dot ${tone}`} role="img" aria-label={word}>
        {icon === undefined ? null : <Icon name={icon} size={13} />}
      </span>
      <span className={step.state === 'pending' ? 'quiet' : 'strong'}>{step.name}</span>
      <span className="figures quiet">{lasted(step, now)}</span>
      <small className={step.error === null ? undefined : 'bad-text'}>
        {step.error ?? (step.startedAt === null ? word : `${word}, ${clockTime(step.startedAt)}`)}
      </small>
    </li>
  )
}

/** The durable steps, each with what it left behind. */
export const TaskSteps = ({ task, now }: { readonly task: TaskDetail; readonly now: number }): ReactElement => (
  <Card title="Steps" bare end={<span className="quiet">{`${task.steps.done} of ${task.steps.all}`}</span>}>
    <ol className="steps">
      {task.journal.map((step) => (
        <StepLine key={step.name} step={step} now={now} />
      ))}
    </ol>
  </Card>
)
