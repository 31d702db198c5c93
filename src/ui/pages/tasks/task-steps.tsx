import type { ReactElement } from 'react'

import { clockTime, took } from '../../data/format.ts'
import type { TaskDetail } from '../../data/resources.ts'
import { sortSteps, stepTitle, type Step } from '../../data/step-words.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Said } from '../../parts/name.tsx'
import { Card } from '../../parts/page.tsx'

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
      <span className={step.state === 'pending' ? 'quiet' : 'strong'}>{stepTitle(step.name)}</span>
      <span className="figures quiet">{lasted(step, now)}</span>
      <small className={step.error === null ? undefined : 'bad-text'}>
        {step.error !== null ? (
          <Said>{step.error}</Said>
        ) : step.startedAt === null ? (
          word
        ) : (
          `${word}, ${clockTime(step.startedAt)}`
        )}
      </small>
    </li>
  )
}

/** The durable steps, each with what it left behind. */
export const TaskSteps = ({ task, now }: { readonly task: TaskDetail; readonly now: number }): ReactElement => {
  const { steps, skipped } = sortSteps(task.journal)
  const done = steps.filter((step) => step.state === 'done').length
  return (
    <Card title="Steps" bare end={<span className="quiet">{`${done} of ${steps.length} done`}</span>}>
      <ol className="steps">
        {steps.map((step) => (
          <StepLine key={step.name} step={step} now={now} />
        ))}
      </ol>
      {skipped.length === 0 ? null : (
        <p className="card__body small quiet">
          {task.state === 'done' ? 'Nothing to do for' : 'Not come to'}: {skipped.map((step) => step.name).join(', ')}.
        </p>
      )}
    </Card>
  )
}
