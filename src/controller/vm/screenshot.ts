import { flags, LibvirtError } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { domainOf } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { toPng } from './picture.ts'
import type { VmRow } from './vm-store.ts'

const bytesAtMost = 64 * 1024 * 1024

/** The VM's screen as PNG. Throws `vm_not_running`, `host_unreachable`, `host_silent`, `no_console`. */
export async function screenshot(world: World, row: VmRow, signal: AbortSignal): Promise<Buffer> {
  const seen = row.sightings[0]
  if (seen === undefined || !isAlive(seen.state)) throw apiError('vm_not_running', { vm: row.name })
  return world.hosts.on(seen.hostId, { vm: row.name, verb: 'looked at' }, async (link) => {
    const dom = await domainOf(link.call, seen.uuid)
    if (dom === undefined) throw apiError('vm_not_running', { vm: row.name })
    const connection = await link.link.up(signal)
    try {
      // The same connection as the calls: a picture is small, and a connection of its own costs a login each time.
      const { stream } = await connection.screenshot(dom, {
        shared: true,
        deadlineMs: 5000,
        flags: flags.domainImpact.current,
        signal,
      })
      const parts: Buffer[] = []
      let length = 0
      for await (const part of stream) {
        length += (part as Buffer).length
        if (length > bytesAtMost) throw new RangeError('The picture of the screen is larger than 64 MiB.')
        parts.push(part as Buffer)
      }
      return toPng(Buffer.concat(parts))
    } catch (error) {
      if (error instanceof RangeError) throw apiError('no_console', { vm: row.name, kind: 'screen' }, error)
      if (error instanceof LibvirtError) throw apiError('no_console', { vm: row.name, kind: 'screen' }, error)
      throw error
    }
  })
}
