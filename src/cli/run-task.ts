import { hasEnded, type Client, type Task, type TaskDetail } from '@floe/client'

import { formatDuration } from '../base/units.ts'
import type { Context } from './context.ts'
import { CliError, exitCode } from './exit.ts'
import { Interrupted } from './io.ts'
import { size, took } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { cut } from './output/width.ts'
import { writeOne } from './output/write.ts'

export type WaitOptions = { readonly wait: boolean; readonly wanted?: readonly Task['state'][] }

/** What a call that begins a task does then: waits for its end and shows the way there, or names the task. */
export async function runTask(context: Context, client: Client, begun: Task, options: WaitOptions): Promise<number> {
  const { io } = context
  const format = context.globals().output
  if (!options.wait) {
    await writeOne(io, format, begun, () => `Task ${begun.number}: ${oneLine(begun.title)}\n`)
    return exitCode.ok
  }
  const ended = await waitFor(context, client, begun)
  const wanted = options.wanted ?? ['done']
  if (format !== 'table') await writeOne(io, format, ended, () => '')
  if (!wanted.includes(ended.state)) throw new CliError(exitCode.failed, failure(ended))
  if (format === 'table') io.stdout.write(`${oneLine(ended.title)}: ${outcome(ended)}\n`)
  return exitCode.ok
}

/** Follows a task to its end, telling each step on stderr: one live line on a terminal, a line a step elsewhere. */
async function waitFor(context: Context, client: Client, begun: Task): Promise<Task | TaskDetail> {
  if (hasEnded(begun)) return begun
  const line = progressLine(context)
  const signal = context.io.onInterrupt()
  let last: Task | TaskDetail = begun
  try {
    for await (const task of client.follow(begun.number, { signal })) {
      last = task
      if (!hasEnded(task)) line.show(task)
    }
  } catch (error) {
    line.clear()
    if (error instanceof Interrupted) {
      context.say(
        `Task ${begun.number} goes on. "floe task follow ${begun.number}" shows it, "floe task cancel ${begun.number}" ends it.`,
      )
    }
    throw error
  } finally {
    line.clear()
  }
  return last
}

/** How far a task is, in one line. */
function progressOf(task: Task): string {
  const { progress, steps } = task
  const parts = [oneLine(task.title)]
  if (task.state === 'waiting') parts.push('waiting')
  else if (steps.all > 0) {
    parts.push(
      `${task.state === 'undoing' ? 'undoing' : 'step'} ${Math.min(steps.done + 1, steps.all)} of ${steps.all}`,
    )
  }
  if (task.step !== null && task.step !== '') parts.push(oneLine(task.step))
  if (progress) {
    const figure = progress.unit === 'bytes' ? size : (value: number) => `${value}`
    const of = progress.total === null ? '' : ` of ${figure(progress.total)}`
    if (progress.total !== null || progress.done > 0) parts.push(`${figure(progress.done)}${of}`)
    if (progress.words !== null) parts.push(oneLine(progress.words))
  }
  return parts.join(' · ')
}

function progressLine({ io }: Context) {
  const live = io.stderr.isTTY === true && io.env['TERM'] !== 'dumb'
  const begun = Date.now()
  const told = new Set<string>()
  let text = ''
  const draw = () => {
    const whole = `${text} · ${formatDuration(Math.floor((Date.now() - begun) / 1000) * 1000)}`
    io.stderr.write(`\r\u001b[K${cut(whole, (io.stderr.columns ?? 80) - 1)}`)
  }
  const timer = live ? setInterval(() => text && draw(), 1000) : undefined
  return {
    show: (task: Task) => {
      text = progressOf(task)
      if (live) return draw()
      // Between two steps there is nothing to tell, and a look may come after what the stream said already.
      if ((task.step === null && task.state !== 'waiting') || told.has(text)) return
      told.add(text)
      io.stderr.write(`${text}\n`)
    },
    clear: () => {
      clearInterval(timer)
      if (live && text) io.stderr.write('\r\u001b[K')
      text = ''
    },
  }
}

const words: Readonly<Record<Task['state'], string>> = {
  waiting: 'waiting',
  running: 'running',
  undoing: 'undoing',
  done: 'done',
  failed: 'failed',
  undone: 'undone',
  cancelled: 'cancelled',
}

const outcome = (task: Task): string => {
  const time = took(task.startedAt ?? task.createdAt, task.endedAt, Date.now())
  return `${words[task.state]} (task ${task.number}${time === undefined ? '' : `, ${time}`}).`
}

function failure(task: Task): string {
  const { error } = task
  const head = `${task.title}: ${outcome(task)}`
  if (!error) return `${head} "floe task show ${task.number}" says more.`
  return [head, error.message, ...(error.left === undefined ? [] : [`Left over: ${error.left}`])].join('\n')
}
