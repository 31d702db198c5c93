import { LibvirtError } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { parsePool, toDirPoolXml } from '../../domain/index.ts'
import { findPool } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import type { HostLink } from './host-link.ts'

/** Makes Floe's own directory pool on a host, or starts the one that is there. libvirt makes the folder: it is root
 *  there, Floe need not be. The folder lets through but not list (0711), so that QEMU's user reaches its images. */
export async function ensureOwnPool(world: World, { call, name: host }: HostLink): Promise<void> {
  const { name, path } = world.ownPool
  let pool = await findPool(call, name)
  if (pool) {
    const { xml } = await call.storagePoolGetXmlDesc({ pool })
    const there = parsePool(xml).path
    if (there !== path)
      throw apiError('host_refused', {
        host,
        why: `a pool ${name} is there already, in ${there ?? 'another place'}; rename it, or give this Floe another pool name in floe.json`,
      })
  } else {
    pool = (await call.storagePoolDefineXml({ xml: toDirPoolXml({ name, path, permissions: { mode: '0711' } }) })).pool
  }
  const { active } = await call.storagePoolIsActive({ pool })
  if (active) return
  try {
    await call.storagePoolBuild({ pool }, { deadlineMs: 30_000 })
    await call.storagePoolCreate({ pool }, { deadlineMs: 30_000 })
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error
    throw apiError(
      'host_refused',
      { host, why: `the pool ${name} in ${path} was not started: ${error.message}` },
      error,
    )
  }
  await call.storagePoolSetAutostart({ pool, autostart: true })
}
