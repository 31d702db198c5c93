import type { Logger } from 'pino'

import type { HostId, VmId } from '../../base/ids.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth } from '../auth/auth.ts'
import { handler, type Handler } from '../http/handler.ts'
import type { Claimant } from './admit.ts'
import type { ConsoleHosts } from './console-hosts.ts'
import { createGateway, type Upgrade } from './gateway.ts'
import { createSerialLines } from './serial-lines.ts'
import { issueTicket } from './ticket-store.ts'

export type { ConsoleHosts, Graphics } from './console-hosts.ts'

/** The way into screens and serial consoles. */
export interface Consoles extends AsyncDisposable {
  /** console.ticket. */
  readonly handlers: readonly Handler[]
  /** Path of the WebSocket. */
  readonly path: string
  /** Takes an upgrade over whose Host and Origin were checked. */
  upgrade(upgrade: Upgrade, from: Claimant): void
  /** The inventory says that a VM began to run: its serial console is read from now on, viewers or not. */
  serialStarted(vm: VmId, host: HostId): void
  /** It runs no more: its stream and its viewers are ended. */
  serialStopped(vm: VmId): void
  readonly open: { readonly vnc: number; readonly serial: number }
}

export type ConsolesOptions = {
  readonly db: Pick<Db, 'kysely'>
  readonly hosts: ConsoleHosts
  readonly sessions: Pick<Auth, 'watch' | 'touch' | 'recognise'>
  readonly log: Logger
}

const consolePath = '/api/v1/consoles/socket'

export function createConsoles({ db, hosts, sessions, log }: ConsolesOptions): Consoles {
  const lines = createSerialLines({ hosts, log })
  const gateway = createGateway({ db: db.kysely, hosts, sessions, lines, log })
  return {
    handlers: [
      handler('consoleTicket', async ({ params, body, by }) => {
        const vm = await hosts.find(params.vm, body.kind, by.scopes)
        const { ticket, expiresAt } = await issueTicket(db.kysely, by, { vm: vm.id, kind: body.kind })
        return { ticket, socket: consolePath, expiresAt: expiresAt.toISOString() }
      }),
    ],
    path: consolePath,
    upgrade: (upgrade, from) => gateway.upgrade(upgrade, from),
    serialStarted: (vm, host) => lines.started(vm, host),
    serialStopped: (vm) => lines.stopped(vm),
    get open() {
      return gateway.open
    },
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]()
      await lines[Symbol.asyncDispose]()
    },
  }
}
