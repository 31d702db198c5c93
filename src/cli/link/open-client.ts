import { createClient, type Client, type NotReachable, type SocketLike } from '@floe/client'
import type { WebSocket } from 'ws'

import { systemClock } from '../../base/clock.ts'
import { shellWord } from '../../base/shell-word.ts'
import { isKept } from '../../setup/is-kept.ts'
import { awaitRestart, causeCode, isNobodyThere } from './await-restart.ts'
import { nodeFetch, trust } from './node-fetch.ts'
import type { Target } from './target.ts'

type Sockets = typeof WebSocket

export type Opened = { readonly client: Client; readonly target: Target; close(): void }

export type OpenOptions = {
  /** Consoles need them. */
  readonly sockets?: Sockets
  /** Told when it takes longer. */
  readonly say: (line: string) => void
}

/** A client of the chosen Floe. Nothing is sent before the first call. */
export function openClient(target: Target, { sockets, say }: OpenOptions): Opened {
  const ca = target.kind === 'remote' ? target.credential.ca : undefined
  const { fetch: plain, close } = nodeFetch({
    ...(target.kind === 'local' && { socketPath: target.socketPath }),
    ...(ca !== undefined && { ca }),
  })
  const fetch = target.kind === 'local' ? awaitRestart(plain, target.data, { clock: systemClock, say }) : plain
  const baseUrl = target.kind === 'local' ? 'http://localhost' : target.url
  const client = createClient({
    baseUrl,
    fetch,
    ...(target.kind === 'remote' && { token: target.credential.token }),
    ...(sockets && { webSocket: (url: string) => socketTo(sockets, target, url) }),
  })
  return { client, target, close }
}

function socketTo(sockets: Sockets, target: Target, url: string): SocketLike {
  if (target.kind === 'local') {
    const { pathname, search } = new URL(url)
    return new sockets(`ws+unix:${target.socketPath}:${pathname}${search}`)
  }
  const { token, ca } = target.credential
  const headers = { authorization: `Bearer ${token}` }
  return new sockets(url, { headers, origin: target.url, ...trust(ca) })
}

/** Why nobody answered, and what to do about it there. */
export function unreachable(error: NotReachable, target: Target | undefined): string {
  const code = causeCode(error)
  if (target?.kind !== 'local') {
    if (code !== undefined && /CERT|SIGNATURE|ALTNAME|SSL|TLS/.test(code)) {
      return `${error.message} Log in again with "floe login ${error.url}" to look at its certificate.`
    }
    return `${error.message} Is Floe running there, and does a firewall let you through?`
  }
  const { data, socketPath } = target
  if (code === 'EACCES' || code === 'EPERM') {
    return `You may not open ${socketPath}: only root and the user who started Floe may. Use sudo, or "floe login http://localhost:7070".`
  }
  if (isNobodyThere(error)) {
    if (isKept(data))
      return `The Floe in ${data} is starting again. Try it in a few seconds; its log is ${data}/log/controller.log.`
    return `No Floe runs in ${data}. "floe up --data ${shellWord(data)}" starts it; "floe login URL" goes to another.`
  }
  return `The Floe in ${data} does not answer (${error.message}). Its log is ${data}/log/controller.log.`
}
