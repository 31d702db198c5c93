import { hasEnded, type Task, type TaskDetail } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { took, when } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { facts, table, type Column, type Tone } from './output/table.ts'
import { addGroup } from './program.ts'
import { runTask } from './run-task.ts'
import { addExample } from './verb-parts.ts'

const tones: Readonly<Record<string, Tone>> = { done: 'good', failed: 'bad', undone: 'warn', cancelled: 'warn' }

const columns: readonly Column<Task>[] = [
  { title: 'task', value: (task) => task.number, right: true },
  { title: 'what', value: (task) => task.title },
  { title: 'state', value: (task) => task.state, tone: (task) => tones[task.state] },
  { title: 'step', value: (task) => (hasEnded(task) ? null : task.step) },
  { title: 'by', value: (task) => task.by },
  { title: 'since', value: (task) => when(task.createdAt) },
  { title: 'took', value: (task) => took(task.startedAt, task.endedAt, Date.now()), right: true },
  { title: 'error', value: (task) => task.error?.message },
]

const plain = { colour: false, width: undefined }

function text(task: TaskDetail): string {
  const head = facts([
    ['Task', task.number],
    ['What', task.title],
    ['State', task.state],
    ['By', task.by],
    ...(task.cause === null ? [] : ([['Cause', task.cause]] as const)),
    ['Begun', when(task.createdAt)],
    ['Ended', when(task.endedAt)],
    ['Took', took(task.startedAt, task.endedAt, Date.now())],
    ...(task.error === null ? [] : ([['Error', task.error.message]] as const)),
    ...(task.error?.left === undefined ? [] : ([['Left over', task.error.left]] as const)),
    ...(hasEnded(task) ? [] : ([['Cancelling', task.cancel]] as const)),
  ])
  const steps = table(
    task.journal,
    [
      { title: 'step', value: (step) => step.name },
      { title: 'state', value: (step) => step.state },
      { title: 'took', value: (step) => took(step.startedAt, step.endedAt, Date.now()), right: true },
      { title: 'error', value: (step) => step.error },
    ],
    plain,
  )
  const locks = task.locks.map(({ object, cause }) => oneLine(`${object.kind} ${object.name} ${cause}`))
  const log = task.log.map(({ at, line }) => `${when(at)}  ${oneLine(line)}`)
  return [
    head,
    ...(task.journal.length > 0 ? [steps] : []),
    ...(locks.length > 0 ? [`Locks:\n${locks.join('\n')}\n`] : []),
    ...(log.length > 0 ? [`Log:\n${log.join('\n')}\n`] : []),
  ].join('\n')
}

export function register(program: Command, context: Context): void {
  const group = addGroup(program, 'task')
  addVerb<Task>(group, context, {
    operation: 'listTasks',
    name: 'list',
    example: 'task list --state open',
    words: { host: 'Only of this host.' },
    show: { as: 'list', columns, newest: 50, none: 'No such tasks.' },
  })
  addVerb<TaskDetail>(group, context, {
    operation: 'getTask',
    name: 'show',
    example: 'task show 12',
    show: { as: 'one', text },
  })
  addVerb(group, context, {
    operation: 'cancelTask',
    name: 'cancel',
    example: 'task cancel 12',
    show: { as: 'task', wanted: ['cancelled', 'undone'] },
  })
  const follow = group
    .command('follow')
    .description('Follow a task until it ends; its end is the exit code.')
    .argument('<task>', 'Number or id.')
  addExample(follow, 'task follow 12').action(async (task: string) => {
    const client = await context.client()
    const begun = await client.getTask({ params: { task } })
    context.exit = await runTask(context, client, begun, { wait: true })
  })
}
