import type { Api } from '@floe/libvirt'
import { LibvirtError } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import { storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import { parseNetwork } from '../../domain/index.ts'
import type { Place } from '../inventory/known.ts'
import { syncObjects } from '../inventory/sync-objects.ts'
import { writeNetworks, type SeenNetwork } from './network-store.ts'

const kind = {
  noun: 'network',
  write: writeNetworks,
  stateTitle: (state: string) => (state === 'active' ? 'Started' : 'Stopped'),
} as const

/** Reads a host's networks and writes what differs. They are only read. */
export async function syncNetworks(db: Kysely<Tables>, call: Api, place: Place): Promise<void> {
  await syncObjects(db, place, kind, await readNetworks(call))
}

async function readNetworks(call: Api): Promise<SeenNetwork[]> {
  const { networks } = await call.connectListAllNetworks({}, { deadlineMs: 30_000 }).catch((error: unknown) => {
    if (error instanceof LibvirtError && error.code === 'NO_SUPPORT') return { networks: [] }
    throw error
  })
  const seen = await Promise.all(
    networks.map(async (net): Promise<SeenNetwork | undefined> => {
      try {
        const [{ xml }, { active }, { autostart }] = await Promise.all([
          call.networkGetXmlDesc({ net }),
          call.networkIsActive({ net }),
          call.networkGetAutostart({ net }).catch(() => ({ autostart: false })),
        ])
        const view = parseNetwork(xml)
        return {
          uuid: net.uuid,
          name: storable(net.name),
          state: active ? 'active' : 'inactive',
          bridge: view.bridge ?? null,
          forward: view.forward === 'isolated' ? null : view.forward,
          autostart,
        }
      } catch (error) {
        if (error instanceof LibvirtError && error.code === 'NO_NETWORK') return undefined
        throw error
      }
    }),
  )
  return seen.filter((one) => one !== undefined)
}
