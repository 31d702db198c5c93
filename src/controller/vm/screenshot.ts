import { flags, LibvirtError } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { domainOf } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import { readWhole } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { toPng } from './picture.ts'
import type { VmRow } from './vm-store.ts'

const bytesAtMost = 64 * 1024 * 1024
/** For the whole picture: a QEMU that hangs in the middle of it is let go. */
const deadlineMs = 10_000

/** The VM's screen as PNG. Throws `vm_not_running`, `host_unreachable`, `host_silent`, `no_console`. */
export async function screenshot(world: World, row: VmRow, signal: AbortSignal): Promise<Buffer> {
  const seen = row.sightings[0]
  if (seen === undefined || !isAlive(seen.state)) throw apiError('vm_not_running', { vm: row.name })
  return world.hosts.on(seen.hostId, { vm: row.name, verb: 'looked at' }, async (link) => {
    const dom = await domainOf(link.call, seen.uuid)
    if (dom === undefined) throw apiError('vm_not_running', { vm: row.name })
    const until = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    try {
      const connection = await link.link.up(until)
      // The same connection as the calls: a picture is small, and a connection of its own costs a login each time.
      const { stream } = await connection.screenshot(dom, {
        shared: true,
        deadlineMs,
        flags: flags.domainImpact.current,
        signal: until,
      })
      return toPng(await readWhole(stream, bytesAtMost))
    } catch (error) {
      if (error === until.reason && !signal.aborted)
        throw apiError('host_silent', { host: link.name, seconds: deadlineMs / 1000 }, error)
      if (error instanceof RangeError || error instanceof LibvirtError)
        throw apiError('no_console', { vm: row.name, kind: 'screen' }, error)
      throw error
    }
  })
}
