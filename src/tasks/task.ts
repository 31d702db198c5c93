import type { AccountId, HostId, TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Row, TaskProgress } from '../db/tables.ts'

/** What a task holds from its beginning to its end; `cause` completes "NAME ...": is being started. */
export type Lock = { readonly kind: string; readonly id: string; readonly cause: string }
export type TaskObject = { readonly kind: string; readonly id: string; readonly name: string }

/** A request that the client may send twice: the same key of the same account begins one task. */
export type KeyedRequest = {
  readonly key: string
  /** Of everything the request says: the same key with another hash is refused. */
  readonly hash: string
}

/** Who wants it. `name` is `floe` for what Floe does by itself. `scopes` reach the task's row, beside `all`. */
export type TaskBy = {
  /** The request it is begun by, when its client gave it a key. */
  readonly request?: KeyedRequest | undefined
  readonly user?: AccountId | undefined
  readonly name: string
  readonly scopes: readonly string[]
  /** Why, when it is not plain: the part of a sentence shown on the task's page. */
  readonly cause?: string | undefined
}

export type TaskRow = Row<'task'>
export type TaskRef = Pick<TaskRow, 'id' | 'number' | 'name' | 'title' | 'state'>

/** What a step is given. `World` is the controller's services. */
export type StepContext<Input, World> = {
  readonly input: Input
  readonly task: {
    readonly id: TaskId
    readonly number: number
    readonly title: string
    /** Of the task's lease; grows with every holder. */
    readonly epoch: number
    readonly by: { readonly user?: AccountId | undefined; readonly name: string }
  }
  /** 1 for the first time; more after a retry, or after a controller ended in the middle. */
  readonly attempt: number
  /** Results of the earlier steps by their name, as the journal has them. */
  readonly results: Readonly<Record<string, unknown>>
  /** The result of an earlier step of this task; `undefined` when it had none. Throws when the step is not done. */
  readonly resultOf: <Result>(step: Step<never, never, Result>) => Result
  /** The same, or nothing: for an undo, whose own step may have been cut off before its result was written. */
  readonly resultIfAny: <Result>(step: Step<never, never, Result>) => Result | undefined
  /** Aborted by the step's deadline, a cancel, a lost lease or the end of this controller. Hand it to every call. */
  readonly signal: AbortSignal
  /** Shown live; written 250 ms apart at the most. */
  readonly progress: (progress: TaskProgress) => void
  /** One line for the task's page. Never a secret. */
  readonly log: (line: string) => void
  readonly world: World
}

export type StepSpec<Input, World, Result> = {
  /** False: there is nothing to do for this input, and the task is begun without this step. Its result is undefined. */
  when?(input: Input): boolean
  /** Is the effect there already? Asked when the step is taken up again after it may have happened. `undefined` and
   *  `false`: no, do it. `true`: yes, without a result. Anything else: yes, and this is the result. */
  done?(cx: StepContext<Input, World>): Promise<Result | undefined | boolean>
  /** The effect. What it returns is stored as JSON. */
  do(cx: StepContext<Input, World>): Promise<Result>
  /** Takes the effect back. May run although `do` never ran, ran half, or was undone: removes only what carries this
   *  task's mark, and succeeds when there is nothing. */
  undo?(cx: StepContext<Input, World>): Promise<void>
  /** `do` may run twice without harm, so it is run again where the connection broke in its middle. A step with `done`
   *  needs no such word. */
  readonly repeatable?: true
  /** For one attempt of `do`, `done` or `undo`; default 2 min. */
  readonly deadlineMs?: Milliseconds
  /** Again after an error that `when` accepts, `times` times at most. `done` is asked before. */
  readonly retry?: {
    readonly times: number
    readonly delayMs: Milliseconds
    when(error: unknown): boolean
  }
}

export type Step<Input, World, Result = unknown> = { readonly name: string } & Readonly<StepSpec<Input, World, Result>>

export type TaskSpec<Input, World> = {
  /** `noun.verb`; stored, so it never changes its meaning. */
  readonly name: string
  title(input: Input): string
  object?(input: Input): TaskObject
  host?(input: Input): HostId | undefined
  locks(input: Input): readonly Lock[]
  readonly steps: readonly Step<Input, World>[]
}

export type TaskKind<Input, World> = Readonly<TaskSpec<Input, World>>

/** A kind of task with any input, as the engine holds it. The input was checked where the task was begun. */
// oxlint-disable-next-line typescript/no-explicit-any -- a kind is contravariant in its input
export type AnyTaskKind<World> = TaskKind<any, World>

/** Declares a step. Example: `step('define', { done: ({ world, input }) => world.has(input.vm), do: ... })`. */
export function step<Input, World, Result = unknown>(
  name: string,
  spec: StepSpec<Input, World, Result>,
): Step<Input, World, Result> {
  return Object.freeze({ ...spec, name })
}

/** Declares a kind of task. Input is stored as JSON with the task and shown on its page: no secrets. */
export function task<Input, World>(spec: TaskSpec<Input, World>): TaskKind<Input, World> {
  const names = spec.steps.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new TypeError(`The task ${spec.name} has two steps called ${twice}.`)
  return Object.freeze({ ...spec, steps: Object.freeze([...spec.steps]) })
}

/** Where a controller can be killed around a step: before the journal says it begins, before its effect, after its
 *  effect, after the journal has its result. */
const moments = ['before-journal', 'before-effect', 'after-effect', 'after-journal'] as const
export type Moment = (typeof moments)[number]

export const killPointName = (task: string, step: string, undo: boolean, moment: Moment): string =>
  `${task}/${step}/${undo ? 'undo:' : ''}${moment}`

/** Every point between two effects of these tasks, for a test that kills at each: `vm.start/define/undo:after-effect`. */
export function killPoints(kinds: readonly AnyTaskKind<never>[]): string[] {
  return kinds.flatMap((kind) =>
    kind.steps.flatMap((step) =>
      (step.undo ? [false, true] : [false]).flatMap((undo) =>
        moments.map((moment) => killPointName(kind.name, step.name, undo, moment)),
      ),
    ),
  )
}
