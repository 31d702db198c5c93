import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Logger } from 'pino'

import type { VmId } from '../../base/ids.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth } from '../auth/auth.ts'
import { handler, type Handler } from '../http/handler.ts'

export type ConsoleKind = 'vnc' | 'serial'

/** What the gateway needs of the VMs and hosts. */
export type ConsoleHosts = {
  /** The VM that `ref` (id or name) means within the scopes. Throws not_found, name_ambiguous, no_console, vm_not_running. */
  find(ref: string, kind: ConsoleKind, scopes: readonly string[]): Promise<{ readonly id: VmId; readonly name: string }>
  /** Where the VM's VNC server listens now, and its password where it has one. */
  graphicsOf(vm: VmId, signal: AbortSignal): Promise<Graphics>
  /** A new stream of the VM's first serial console (libvirt's openConsole). */
  openConsole(vm: VmId, signal: AbortSignal): Promise<Duplex>
}

export type Graphics = { readonly host: string; readonly port: number; readonly password?: string }

/** The way into screens and serial consoles. */
export interface Consoles extends AsyncDisposable {
  /** console.ticket. */
  readonly handlers: readonly Handler[]
  /** Path of the WebSocket. */
  readonly path: string
  /** Takes an upgrade over whose Host and Origin were checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** The inventory says that a VM began to run: its serial console is read from now on, viewers or not. */
  serialStarted(vm: VmId): void
  /** It runs no more: its stream is closed; what was written stays readable until the next start. */
  serialStopped(vm: VmId): void
  readonly open: { readonly vnc: number; readonly serial: number }
}

export type ConsolesOptions = {
  readonly db: Pick<Db, 'kysely'>
  readonly hosts: ConsoleHosts
  readonly sessions: Pick<Auth, 'watch' | 'touch'>
  readonly log: Logger
}

export function createConsoles(_options: ConsolesOptions): Consoles {
  return {
    handlers: [
      handler('consoleTicket', () => {
        throw new Error('Not yet.')
      }),
    ],
    path: '/api/v1/consoles/socket',
    upgrade: (_r, socket) => socket.destroy(),
    serialStarted: () => {},
    serialStopped: () => {},
    open: { vnc: 0, serial: 0 },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
