import type { HostId, VmId } from '../../base/ids.ts'

/** How many serial consoles are read at a time. Each is a libvirt connection (4–23 KiB of the host's daemon and 28–104 KiB
 *  of the controller, measured) and up to 256 KiB of scrollback; libvirtd takes 5000 connections in all by default. */
export type SerialRoom = { readonly perHost: number; readonly inAll: number }

export const serialRoom: SerialRoom = { perHost: 64, inAll: 512 }

export type ReadLine = { readonly vm: VmId; readonly host: HostId; readonly viewers: number }

/** Which lines are read no more, given all of them in the order in which they were last looked at, oldest first. Never
 *  one that is being looked at, nor the last: that one was just asked for. */
export function linesToGiveUp(lines: readonly ReadLine[], { perHost, inAll }: SerialRoom): VmId[] {
  const onHost = new Map<HostId, number>()
  for (const { host } of lines) onHost.set(host, (onHost.get(host) ?? 0) + 1)
  let all = lines.length
  const given: VmId[] = []
  for (const { vm, host, viewers } of lines.slice(0, -1)) {
    const here = onHost.get(host)!
    if (viewers > 0 || (here <= perHost && all <= inAll)) continue
    onHost.set(host, here - 1)
    all--
    given.push(vm)
  }
  return given
}
