import { once } from 'node:events'

import type { Kysely } from 'kysely'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { WebSocket } from 'ws'

import { apiError, roleMay } from '../../api/index.ts'
import { ConsoleOpen } from '../../api/resources/console.ts'
import type { Tables } from '../../db/tables.ts'
import type { Auth, Presented } from '../auth/auth.ts'
import { localCaller, type Caller } from '../auth/caller.ts'
import type { ConsoleHosts, ConsoleVm } from './console-hosts.ts'
import { redeemTicket } from './ticket-store.ts'

const firstMessageMs = 5000
const isOpen = Compile(ConsoleOpen)

export type Opening = Static<typeof ConsoleOpen>

/** Who brings a ticket, as far as the upgrade says: the Unix socket, or the token of a session. */
export type Claimant = { readonly local: boolean; readonly presented: Presented }

export type AdmitOptions = {
  readonly db: Kysely<Tables>
  readonly hosts: Pick<ConsoleHosts, 'find'>
  readonly sessions: Pick<Auth, 'recognise'>
}

/** The page's first message: what it wants to open, and its ticket. Throws `ticket_refused` for anything else. */
export async function firstMessage(page: WebSocket): Promise<Opening> {
  try {
    const [data, isBinary] = (await once(page, 'message', { signal: AbortSignal.timeout(firstMessageMs) })) as [
      Buffer,
      boolean,
    ]
    // What follows waits until both sides are joined.
    page.pause()
    const value: unknown = isBinary || data.length > 1024 ? undefined : JSON.parse(data.toString('utf8'))
    if (isOpen.Check(value)) return value
  } catch {
    // Said below: no message, no JSON and no ticket are one refusal.
  }
  throw apiError('ticket_refused')
}

/** Who opens what, when the ticket is good for it. Throws `ticket_refused`, and what `find` throws. */
export async function admit(
  opening: Opening,
  from: Claimant,
  { db, hosts, sessions }: AdmitOptions,
): Promise<{ caller: Caller; vm: ConsoleVm }> {
  // Used up even when it turns out to be for something else.
  const ticket = await redeemTicket(db, opening.ticket)
  if (ticket === undefined || ticket.kind !== opening.kind) throw apiError('ticket_refused')
  // A ticket that leaked is worth nothing to another session.
  const { caller } = from.local ? { caller: localCaller } : await sessions.recognise(from.presented)
  const same = (caller.sessionHash ?? null) === ticket.session && (caller.account?.id ?? null) === ticket.account
  if (!same || caller.kind === 'nobody' || caller.account?.mustChange || !roleMay(caller.role, 'vm.console')) {
    throw apiError('ticket_refused')
  }
  const vm = await hosts.find(opening.vm, opening.kind, caller.scopes)
  if (vm.id !== ticket.vm) throw apiError('ticket_refused')
  return { caller, vm }
}
