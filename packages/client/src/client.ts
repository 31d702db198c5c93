import { call, type CallInput } from './call.ts'
import { changes, type ChangesOptions, type StreamMessage } from './changes.ts'
import { connect, type ClientOptions } from './connection.ts'
import { openConsole, type Console, type ConsoleOptions } from './console.ts'
import { follow, type FollowOptions } from './follow.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.gen.ts'
import type { Operations, Session, Task, TaskDetail } from './types.gen.ts'

/** Operations with one answer; the change stream has a method of its own. */
export type OperationName = Exclude<keyof Operations, 'streamChanges'>

type Given<Name extends OperationName> = Pick<
  Operations[Name],
  { [Part in 'params' | 'query' | 'body']: Operations[Name][Part] extends undefined ? never : Part }[
    | 'params'
    | 'query'
    | 'body']
>
/** A part whose every field may be left out may itself be left out. */
type Loose<Parts> = { [Part in keyof Parts as {} extends Parts[Part] ? never : Part]: Parts[Part] } & {
  [Part in keyof Parts as {} extends Parts[Part] ? Part : never]?: Parts[Part] | undefined
}
export type CallOptions = { readonly signal?: AbortSignal | undefined; readonly idempotencyKey?: string | undefined }
export type Input<Name extends OperationName> = Loose<Given<Name>> & CallOptions
export type Answer<Name extends OperationName> = Operations[Name]['answer']

export type Client = {
  readonly [Name in OperationName]: {} extends Input<Name>
    ? (input?: Input<Name>) => Promise<Answer<Name>>
    : (input: Input<Name>) => Promise<Answer<Name>>
} & {
  /** The change stream: reconnects by itself and resumes where it was. Ends with its signal; throws only what trying again would not mend. */
  changes(options?: ChangesOptions): AsyncIterable<StreamMessage>
  /** A task's states, the present one first, until it has ended. */
  follow(task: number | string, options?: FollowOptions): AsyncIterable<Task | TaskDetail>
  /** Opens a console of a VM; resolves when the other end is there. */
  console(options: ConsoleOptions): Promise<Console>
}

/**
 * A client of one Floe. A call answers the body, or throws `ApiProblem` (a refusal, with its remedy) or
 * `NotReachable`. Source: openapi.json.
 */
export function createClient(options: ClientOptions = {}): Client {
  const connection = connect(options)
  const run = async (operation: Operation, input?: CallInput): Promise<unknown> => {
    const answer = await call(connection, operation, input)
    if (sessions.has(operation.name)) connection.csrf = (answer as Session).csrf
    return answer
  }
  const calls = Object.fromEntries(
    Object.values(operations)
      .filter((operation) => operation.name !== 'streamChanges')
      .map((operation) => [operation.name, (input?: CallInput) => run(operation, input)]),
  )
  const getTask = (task: string, signal: AbortSignal | undefined) =>
    run(operations.getTask, { params: { task }, ...(signal && { signal }) }) as Promise<TaskDetail>
  return Object.assign(calls as unknown as Client, {
    changes: (given: ChangesOptions = {}) => changes(connection, given),
    follow: (task: number | string, given: FollowOptions = {}) => follow(connection, getTask, String(task), given),
    console: (given: ConsoleOptions) => openConsole(connection, given),
  })
}

const sessions = new Set(['login', 'session', 'changePassword'])
