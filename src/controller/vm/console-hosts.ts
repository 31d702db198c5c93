import { randomBytes } from 'node:crypto'

import { flags } from '@floe/libvirt'
import { parse } from '@floe/xml'

import { apiError } from '../../api/index.ts'
import type { VmId } from '../../base/ids.ts'
import { parseDomain } from '../../domain/index.ts'
import type { ConsoleHosts, Graphics } from '../console/consoles.ts'
import { domainOf } from '../host/domain-of.ts'
import type { HostLink } from '../host/host-link.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { findVm, isMade, vmsByIds, type SightingRow } from './vm-store.ts'

const passwordMs = 20_000

/** Where the consoles of VMs are. */
export function consoleHosts(world: World): ConsoleHosts {
  const placeOf = async (vm: VmId): Promise<{ name: string; seen: SightingRow; ours: boolean }> => {
    const [row] = await vmsByIds(world.db, [vm], ['all'])
    const seen = row?.sightings[0]
    if (row === undefined || seen === undefined) throw apiError('not_found', { kind: 'VM', name: vm })
    if (!isAlive(seen.state)) throw apiError('vm_not_running', { vm: row.name })
    return { name: row.name, seen, ours: isMade(row) }
  }
  return {
    async find(ref, kind, scopes) {
      const row = await findVm(world.db, ref, scopes)
      if (row.owner_copy !== null) throw apiError('vm_foreign', { vm: row.name, owner: row.owner_copy })
      const seen = row.sightings[0]
      const has =
        kind === 'serial' ? row.summary.serial === true : (row.summary.graphics ?? []).some((one) => one.type === 'vnc')
      if (!has)
        throw apiError('no_console', { vm: row.name, kind: kind === 'serial' ? 'serial console' : 'VNC screen' })
      if (seen === undefined || (kind === 'vnc' && !isAlive(seen.state)))
        throw apiError('vm_not_running', { vm: row.name })
      return { id: row.id, name: row.name, host: seen.hostId }
    },
    async graphicsOf(vm, signal) {
      const { name, seen, ours } = await placeOf(vm)
      return world.hosts.on(
        seen.hostId,
        { vm: name, verb: 'connected to' },
        (link) => openGraphics(link, seen.uuid, { name, ours, signal }),
        signal,
      )
    },
    async openConsole(vm, signal) {
      const { name, seen } = await placeOf(vm)
      const open = async (link: HostLink) => {
        const dom = await domainOf(link.call, seen.uuid)
        if (dom === undefined) throw apiError('vm_not_running', { vm: name })
        const connection = await link.link.up(signal)
        // Never forced: the line opens again by itself, and would take the console from whoever has it in virsh.
        return connection.openConsole(dom, { signal })
      }
      return world.hosts.on(seen.hostId, { vm: name, verb: 'connected to' }, open, signal)
    },
  }
}

type Asked = { readonly name: string; readonly ours: boolean; readonly signal: AbortSignal }

/** The address of the running VNC server. A VM of ours gets a new password for this one connection, which ends by itself. */
async function openGraphics(link: HostLink, uuid: string, { name, ours, signal }: Asked): Promise<Graphics> {
  const dom = await domainOf(link.call, uuid)
  if (dom === undefined) throw apiError('vm_not_running', { vm: name })
  const { xml } = await link.call.domainGetXmlDesc({ dom, flags: flags.domainXml.secure }, { signal })
  const vnc = parseDomain(xml).graphics.find((one) => one.type === 'vnc')
  if (vnc?.port === undefined || vnc.port < 0) throw apiError('no_console', { vm: name, kind: 'VNC screen' })
  const host = addressOf(link, name, vnc.listen)
  if (!vnc.hasPassword) return { host, port: vnc.port }
  const graphics = parse(xml)
    .root.all('devices/graphics')
    .find((one) => one.attr('type') === 'vnc')!
  if (!ours) return { host, port: vnc.port, password: graphics.attr('passwd') ?? '' }

  const password = randomBytes(6).toString('base64url')
  const update = graphics
    .clone()
    .setAttr('passwd', password)
    .setAttr('passwdValidTo', new Date(Date.now() + passwordMs).toISOString().slice(0, 19))
  await link.call.domainUpdateDeviceFlags({ dom, xml: update.toString(), flags: flags.domainDevice.live }, { signal })
  return { host, port: vnc.port, password }
}

/** Where the server listens as seen from here: a wildcard or loopback of the local host is loopback. */
function addressOf(link: HostLink, name: string, listen: string | undefined): string {
  const { via } = link.link.target
  const everywhere = listen === undefined || listen === '' || listen === '0.0.0.0' || listen === '::'
  if ('tls' in via) {
    // Another address is the host's own affair, and dialled from here could be anybody's: loopback would be ours.
    if (everywhere || listen === via.tls.host) return via.tls.host
    throw apiError('no_console', {
      vm: name,
      kind: `screen that is reached from here (it listens on ${listen} of ${link.name})`,
    })
  }
  return everywhere ? '127.0.0.1' : listen
}
