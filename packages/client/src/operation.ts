/** JSON Schema as far as the operation table uses it. */
export type Schema = {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly [key: string]: unknown
}

export type AnswerShape = 'json' | 'text' | 'bytes' | 'stream' | 'nothing'

/** One operation of the API: where it lies, what it takes, how its answers are read. */
export type Operation = {
  readonly name: string
  /** `vm.start` */
  readonly id: string
  readonly method: string
  /** `/api/v1/vms/{vm}/start` */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** The permission it needs, or `anyone`, `session`, `local`. */
  readonly may: string
  readonly answers: Readonly<Record<string, AnswerShape>>
  readonly params?: Schema
  readonly query?: Schema
  readonly body?: Schema
}

export type OperationTable = Readonly<Record<string, Operation>>
