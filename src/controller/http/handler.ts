import type { ServerResponse } from 'node:http'

import {
  routes,
  type AnswerOf,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type Route,
  type RouteName,
  type Routes,
} from '../../api/index.ts'
import type { Caller } from '../auth/caller.ts'

/** One call of a route, validated and permitted. Which rows it reaches is the handler's query, with `by.scopes`. */
export type Call<R extends Route> = {
  readonly params: ParamsOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  readonly by: Caller
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  readonly request: CallRequest
}

export type CallRequest = {
  /** Stands in the log, in `X-Request-Id` and in the answer of an internal error. */
  readonly id: string
  /** `unix`: over the copy's own socket; `address` is empty there. */
  readonly via: 'unix' | 'tcp'
  readonly address: string
  readonly secure: boolean
  readonly agent: string
  readonly lastEventId: string | undefined
  /** The session's token when it came in the cookie or as a bearer token. */
  readonly token: string | undefined
}

/** An answer with more to say than its body. */
export class Reply<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
  /** Takes the response over from here: it writes head and body itself and settles when it is done. */
  readonly stream: ((response: ServerResponse) => Promise<void>) | undefined

  constructor(
    status: number,
    body: Body,
    headers: Readonly<Record<string, string>> = {},
    stream?: (response: ServerResponse) => Promise<void>,
  ) {
    this.status = status
    this.body = body
    this.headers = headers
    this.stream = stream
  }
}

/** A route with what answers it. */
export type Handler = {
  readonly name: RouteName
  readonly route: Route
  readonly run: (call: Call<Route>) => Promise<unknown>
}

/** Binds the route `name` to its code. A plain answer is sent with the route's one success status; a Buffer with the
 *  media type of the answer's schema; `Reply` chooses status and headers. Refusals are thrown as FloeError. */
export function handler<N extends RouteName>(
  name: N,
  run: (call: Call<Routes[N]>) => Promise<AnswerOf<Routes[N]> | Reply<AnswerOf<Routes[N]> | undefined>>,
): Handler {
  return { name, route: routes[name], run }
}
