import { Type, type Static } from 'typebox'

import { Id, maybe, pageOf, text, Time } from './common.ts'

export const TaskState = Type.Enum(['waiting', 'running', 'undoing', 'done', 'failed', 'undone', 'cancelled'])

export const ObjectRef = Type.Object({
  kind: Type.Enum(['vm', 'host', 'pool', 'volume', 'network', 'account', 'task']),
  id: Type.String(),
  name: Type.String(),
})

export const Progress = Type.Object({
  done: Type.Number(),
  total: maybe(Type.Number()),
  unit: maybe(text('bytes, steps, …')),
  words: maybe(Type.String()),
})

export const TaskError = Type.Object({
  code: Type.String(),
  message: text('What was not done, why, and what to do.'),
  left: Type.Optional(text('What could not be put back.')),
})

export const Task = Type.Object({
  id: Id,
  number: Type.Integer({ description: 'Short name for people.' }),
  kind: text('vm.start'),
  title: text('Start welcome'),
  object: maybe(ObjectRef),
  state: TaskState,
  step: maybe(text('What it does now.')),
  steps: Type.Object({ done: Type.Integer(), all: Type.Integer() }),
  progress: maybe(Progress),
  cause: maybe(text('Why it was begun, when it was not a person.')),
  by: Type.String(),
  error: maybe(TaskError),
  createdAt: Time,
  startedAt: maybe(Time),
  endedAt: maybe(Time),
})
export const TaskPage = pageOf(Task)

export const TaskDetail = Type.Object({
  ...Task.properties,
  journal: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Enum(['pending', 'doing', 'done', 'undoing', 'undone', 'failed', 'skipped'], {
        description: 'skipped: the task turned back, or ended, before it.',
      }),
      startedAt: maybe(Time),
      endedAt: maybe(Time),
      error: maybe(Type.String()),
    }),
  ),
  locks: Type.Array(Type.Object({ object: ObjectRef, cause: Type.String() })),
  log: Type.Array(Type.Object({ at: Time, line: Type.String() })),
  result: Type.Unknown(),
  cancel: text('What cancelling it now would do.'),
})

/** Every slow call answers with the task that does it. */
export const TaskAnswer = Type.Object({ task: Task })

export type Task = Static<typeof Task>
export type TaskDetail = Static<typeof TaskDetail>
export type ObjectRef = Static<typeof ObjectRef>
