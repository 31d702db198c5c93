import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'

import { apiError } from '../../api/index.ts'
import { isFloeError } from '../../base/errors.ts'
import { MiB } from '../../base/units.ts'
import type { Tables } from '../../db/tables.ts'
import type { Auth } from '../auth/auth.ts'
import type { Caller } from '../auth/caller.ts'
import { admit, firstMessage, type Claimant, type Opening } from './admit.ts'
import type { ConsoleHosts, ConsoleVm } from './console-hosts.ts'
import { createScreens } from './open-screen.ts'
import { orAborted } from './or-aborted.ts'
import type { SerialLines } from './serial-lines.ts'
import { closing, spliceScreen, spliceSerial } from './splice.ts'

export type GatewayOptions = {
  readonly db: Kysely<Tables>
  readonly hosts: ConsoleHosts
  readonly sessions: Pick<Auth, 'watch' | 'touch' | 'recognise'>
  readonly lines: SerialLines
  readonly log: Logger
}

const openMs = 10_000
const pingEveryMs = 15_000
/** Sockets in all; a page that forgets to close its consoles must not take every file of the process. */
const socketsAtMost = 500

/** An upgrade over whose Host and Origin were checked. */
export type Upgrade = { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }

/** The WebSocket of all consoles: a ticket in the first message, then bytes. */
export type Gateway = AsyncDisposable & {
  upgrade(upgrade: Upgrade, from: Claimant): void
  readonly open: { readonly vnc: number; readonly serial: number }
}

export function createGateway(options: GatewayOptions): Gateway {
  const { hosts, sessions, lines, log } = options
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MiB })
  const open = { vnc: 0, serial: 0 }
  const served = new Set<Promise<void>>()
  const screens = createScreens(hosts)

  const serve = async (page: WebSocket, from: Claimant): Promise<void> => {
    const ending = new AbortController()
    page.once('close', () => ending.abort(new Error('The page has gone.')))
    page.on('error', () => page.terminate())
    try {
      const opening = await firstMessage(page)
      const { caller, vm } = await admit(opening, from, options)
      using _watch =
        caller.sessionHash === undefined
          ? undefined
          : sessions.watch(caller.sessionHash, () => {
              page.close(closing.refused, 'The session has ended.')
              ending.abort(new Error('The session has ended.'))
            })
      // Between the look at the session and the watch it may have ended.
      if (caller.sessionHash !== undefined && (await sessions.touch(caller.sessionHash)) === undefined) {
        throw apiError('ticket_refused')
      }
      using _use = countUse(page, caller, sessions)
      open[opening.kind]++
      log.info({ vm: vm.id, kind: opening.kind, by: caller.name }, 'A console was opened.')
      try {
        await join(page, { opening, vm, signal: ending.signal })
      } finally {
        open[opening.kind]--
      }
    } catch (error) {
      refuse(page, error, log)
    }
  }

  const join = async (page: WebSocket, at: { opening: Opening; vm: ConsoleVm; signal: AbortSignal }): Promise<void> => {
    const { vm, opening } = at
    if (opening.kind === 'vnc') {
      const screen = await screens.open(vm, at.signal)
      page.send('{"ready":true}')
      await spliceScreen(page, screen, at.signal)
      return
    }
    const line = lines.of(vm.id, vm.host)
    try {
      await inTime(line.ready(), at.signal, vm.name)
      page.send('{"ready":true}')
      await spliceSerial(page, line, at.signal)
    } finally {
      lines.left(vm.id)
    }
  }

  const pings = pingAll(server)

  return {
    open,
    upgrade: ({ request, socket, head }, from) => {
      if (server.clients.size >= socketsAtMost) throw apiError('too_many', { seconds: 5 })
      server.handleUpgrade(request, socket, head, (page) => {
        pings.add(page)
        const done = serve(page, from)
        served.add(done)
        void done.finally(() => served.delete(done))
      })
    },
    [Symbol.asyncDispose]: async () => {
      pings[Symbol.dispose]()
      for (const page of server.clients) page.close(closing.leaving, 'Floe is ending.')
      const late = setTimeout(() => {
        for (const page of server.clients) page.terminate()
      }, 1000)
      await Promise.all(served)
      clearTimeout(late)
      server.close()
    },
  }
}

/** Ends every page that did not answer the last ping. */
function pingAll(server: WebSocketServer): Disposable & { add(page: WebSocket): void } {
  const alive = new WeakSet<WebSocket>()
  const timer = setInterval(() => {
    for (const page of server.clients) {
      // A page that takes no bytes does not answer either; one that we do not read cannot.
      if (!alive.delete(page) && !page.isPaused) page.terminate()
      else page.ping()
    }
  }, pingEveryMs)
  timer.unref()
  return {
    add: (page) => {
      alive.add(page)
      page.on('pong', () => alive.add(page))
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Whoever types or moves the mouse uses his session. */
function countUse(page: WebSocket, caller: Caller, sessions: Pick<Auth, 'touch'>): Disposable {
  let used = false
  const note = (): void => {
    used = true
  }
  page.on('message', note)
  const timer = setInterval(() => {
    if (used && caller.sessionHash !== undefined) void sessions.touch(caller.sessionHash).catch(() => {})
    used = false
  }, 60_000)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

async function inTime(opened: Promise<void>, signal: AbortSignal, vm: string): Promise<void> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(openMs)])
  try {
    await orAborted(opened, either)
  } catch (error) {
    if (!either.aborted) throw error
    throw apiError('host_silent', { host: `The serial console of ${vm}`, seconds: openMs / 1000 }, error)
  }
}

function refuse(page: WebSocket, error: unknown, log: Logger): void {
  // Whoever closed the page while its console was being opened needs no answer.
  if (page.readyState !== page.OPEN) return
  if (!isFloeError(error)) log.error({ err: error }, 'A console was not opened.')
  const refusal = isFloeError(error) ? error : apiError('internal', { request: 'console' })
  page.resume() // or its close would never be read
  page.send(JSON.stringify({ error: { code: refusal.code, title: refusal.message } }))
  page.close(closing.refused, refusal.code)
}
