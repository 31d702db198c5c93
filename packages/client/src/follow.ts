import { changes, type ChangesOptions } from './changes.ts'
import { anySignal, type Connection } from './connection.ts'
import { isApiProblem, isNotReachable } from './problem.ts'
import type { Task, TaskDetail, TaskState } from './types.gen.ts'

export type FollowOptions = Pick<ChangesOptions, 'signal' | 'heartbeatMs' | 'backoffMs'> & {
  /** How often to look although nothing was announced. Default 10 000 ms. */
  readonly auditMs?: number | undefined
  /** How often to look where the stream may not be followed. Default 1000 ms. */
  readonly pollMs?: number | undefined
  /** How long Floe may be away (restarting, say) before that is thrown. Default 120 000 ms. */
  readonly patienceMs?: number | undefined
}

const ended: readonly TaskState[] = ['done', 'failed', 'undone', 'cancelled']

/** Tells whether a task is over, well or not. */
export const hasEnded = (task: Pick<Task, 'state'>): boolean => ended.includes(task.state)

type Look = (task: string, signal: AbortSignal | undefined) => Promise<TaskDetail>

/** A task's states from the change stream, looked at anew when that was cut, until the task has ended. */
export async function* follow(
  connection: Connection,
  look: Look,
  task: string,
  options: FollowOptions,
): AsyncGenerator<Task | TaskDetail, void> {
  const stop = new AbortController()
  const signal = anySignal(connection.signal, options.signal, stop.signal)
  const first = await look(task, signal)
  yield first
  if (hasEnded(first)) return
  const news = wakeable<Task | 'look'>()
  const wake = () => news.put('look')
  let audit = setInterval(wake, options.auditMs ?? 10_000)
  // Where the stream is refused, asking is all that is left; if Floe is not there at all, the look says so.
  const poll = () => {
    clearInterval(audit)
    audit = setInterval(wake, options.pollMs ?? 1000)
  }
  const streaming = feed(connection, { ...options, signal }, first.number, news.put).catch(poll)
  const patient = patience(options.patienceMs ?? 120_000)
  let last: Task | TaskDetail = first
  signal.addEventListener('abort', wake, { once: true })
  try {
    for (;;) {
      const one = await news.take()
      signal.throwIfAborted()
      const now = one === 'look' ? await patient(() => look(task, signal)) : one
      // A look overtakes what the stream said before it and is still waiting here.
      if (now === undefined || (one !== 'look' && isBehind(now, last))) continue
      last = now
      yield now
      if (hasEnded(now)) return
    }
  } finally {
    clearInterval(audit)
    signal.removeEventListener('abort', wake)
    stop.abort()
    await streaming
  }
}

/** Puts every state of the task that the stream announces; `look` where it may have missed one. */
async function feed(
  connection: Connection,
  options: ChangesOptions,
  number: number,
  put: (one: Task | 'look') => void,
): Promise<void> {
  for await (const message of changes(connection, options)) {
    if (message.type !== 'change') put('look')
    else if (message.task?.number === number) put(message.task)
    else if (message.change.task === number) put('look')
  }
}

const phases: readonly (readonly TaskState[])[] = [['waiting'], ['running'], ['undoing'], ended]
const phaseOf = ({ state }: Pick<Task, 'state'>): number => phases.findIndex((phase) => phase.includes(state))

/** Tells whether a task's state is one that it had before `last`. */
function isBehind(one: Task, last: Task | TaskDetail): boolean {
  if (phaseOf(one) !== phaseOf(last)) return phaseOf(one) < phaseOf(last)
  return one.state === 'running' && one.steps.done < last.steps.done
}

/** Answers nothing while Floe is away, up to so long. The stream's next `hello`, or the audit, asks again. */
function patience(ms: number) {
  let since: number | undefined
  return async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await ask()
      since = undefined
      return answer
    } catch (error) {
      const passing = isNotReachable(error) || (isApiProblem(error) && error.status >= 500)
      since ??= performance.now()
      if (!passing || performance.now() - since > ms) throw error
      return undefined
    }
  }
}

/** A queue of one reader that forgets looks asked for twice. */
function wakeable<T>() {
  const waiting: T[] = []
  let wake: (() => void) | undefined
  return {
    put: (one: T) => {
      if (waiting.at(-1) !== one) waiting.push(one)
      wake?.()
    },
    take: async (): Promise<T> => {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return waiting.shift()!
    },
  }
}
