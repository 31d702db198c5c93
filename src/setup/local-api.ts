import { request } from 'node:http'

import { isRecord } from '../base/json.ts'
import type { Milliseconds } from '../base/units.ts'
import { setupError } from './errors.ts'

export type Reply = { readonly status: number; readonly body: unknown }

/** Calls the controller over its own Unix socket, where whoever may open it is the administrator.
 *  Errors: `controller_silent` when nobody answers within `withinMs`. */
export function callLocal(
  socket: string,
  method: string,
  path: string,
  body?: unknown,
  withinMs: Milliseconds = 30_000,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers =
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const asked = request({
      socketPath: socket,
      method,
      path,
      headers: { host: 'localhost', ...headers },
      timeout: withinMs,
    })
    asked.once('timeout', () => asked.destroy(new Error(`no answer within ${withinMs / 1000} s`)))
    asked.once('error', (error) => reject(setupError('controller_silent', { socket, why: error.message }, error)))
    asked.once('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: parseOr(Buffer.concat(parts).toString()) }),
      )
    })
    asked.end(text)
  })
}

const parseOr = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a problem document says, or the bare status. */
export const problemOf = ({ status, body }: Reply): string =>
  isRecord(body) && typeof body['title'] === 'string' ? body['title'] : `the controller answered ${status}`

export const codeOf = ({ body }: Reply): string | undefined =>
  isRecord(body) && typeof body['code'] === 'string' ? body['code'] : undefined

/** As much of a task as "up" tells. */
export type LocalTask = {
  readonly number: number
  readonly state: string
  readonly error: { readonly message: string } | null
}

export const isUnderWay = (state: string): boolean => ['waiting', 'running', 'undoing'].includes(state)

/** The task inside an answer of a slow call. Errors: `call_refused` with the controller's own sentence. */
export function taskOf(reply: Reply): LocalTask {
  if (reply.status !== 202 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
  return reply.body['task'] as LocalTask
}

/** Waits until a task has ended and answers how. Errors: `call_refused` when it failed or took too long. */
export async function followTask(socket: string, task: LocalTask, withinMs: Milliseconds): Promise<LocalTask> {
  const end = performance.now() + withinMs
  let current = task
  while (isUnderWay(current.state)) {
    if (performance.now() > end)
      throw setupError('call_refused', { why: `task ${task.number} has not ended after ${withinMs / 1000} s` })
    await new Promise((resolve) => setTimeout(resolve, 200))
    const reply = await callLocal(socket, 'GET', `/api/v1/tasks/${task.number}`)
    if (reply.status !== 200) throw setupError('call_refused', { why: problemOf(reply) })
    current = reply.body as LocalTask
  }
  if (current.state !== 'done')
    throw setupError('call_refused', { why: current.error?.message ?? `task ${task.number} ended as ${current.state}` })
  return current
}
