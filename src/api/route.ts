import type { Static, TObject, TSchema } from 'typebox'

import type { ErrorCode } from './errors.ts'
import type { Permission } from './permissions.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call: a permission, or `anyone` (no login), `session` (any logged-in account), `local` (who can open the copy's Unix socket). */
export type Access = Permission | 'anyone' | 'session' | 'local'

/** One operation of the API as data: the server, the OpenAPI document, the client and the command line are made from it. */
export type Route = {
  readonly id: string
  readonly method: Method
  /** Below `/api/v1` unless it starts with a double slash (`//healthz`). */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly may: Access
  /** What the permission is asked on: the parameter that names the object. */
  readonly on?: 'vm' | 'host' | 'task'
  readonly params?: TObject
  readonly query?: TObject
  readonly body?: TSchema
  readonly answers: Readonly<Record<number, TSchema>>
  readonly errors: readonly ErrorCode[]
}

type Sent<Part> = Part extends TSchema ? Static<Part> : undefined

export type ParamsOf<R extends Route> = Sent<R['params']>
export type QueryOf<R extends Route> = Sent<R['query']>
export type BodyOf<R extends Route> = Sent<R['body']>
export type AnswerOf<R extends Route> = {
  [S in keyof R['answers']]: R['answers'][S] extends TSchema ? Static<R['answers'][S]> : never
}[keyof R['answers']]

/** Keeps an entry's exact type, so that a handler's parameters are inferred from it. */
export const route = <const R extends Route>(entry: R): R => entry
