import type { Logger } from 'pino'

import { systemClock, type Clock } from '../../base/clock.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { ConsoleHosts } from './console-hosts.ts'
import { SerialLine } from './serial-line.ts'
import { linesToGiveUp, serialRoom, type SerialRoom } from './serial-room.ts'

/** The serial consoles of the VMs that run, by VM. */
export type SerialLines = AsyncDisposable & {
  /** The VM's line, opened when nobody did yet. */
  of(vm: VmId, host: HostId): SerialLine
  started(vm: VmId, host: HostId): void
  /** A viewer has left, or never came in: a line that only viewers keep goes with the last. */
  left(vm: VmId): void
  stopped(vm: VmId): void
}

export type SerialLinesOptions = {
  readonly hosts: Pick<ConsoleHosts, 'openConsole'>
  readonly log: Logger
  readonly clock?: Clock
  readonly room?: SerialRoom
}

type Read = { readonly line: SerialLine; readonly host: HostId }

export function createSerialLines(options: SerialLinesOptions): SerialLines {
  const { hosts, log, clock = systemClock, room = serialRoom } = options
  /** In the order in which they were last looked at, or their VM was started. */
  const lines = new Map<VmId, Read>()
  const running = new Set<VmId>()
  const closing = new Set<Promise<void>>()
  /** Running, and not read from power-on any more. */
  const givenUp = new Set<VmId>()

  const close = (vm: VmId, why: string): void => {
    const read = lines.get(vm)
    if (read === undefined) return
    lines.delete(vm)
    const closed = read.line.close(why)
    closing.add(closed)
    void closed.finally(() => closing.delete(closed))
  }
  const makeRoom = (): void => {
    const all = [...lines].map(([vm, { line, host }]) => ({ vm, host, viewers: line.viewers }))
    for (const vm of linesToGiveUp(all, room)) {
      log.debug({ vm }, 'A serial console is not read any more, until somebody looks: others have its place.')
      close(vm, 'Nobody looks.')
      givenUp.add(vm)
    }
  }
  const of = (vm: VmId, host: HostId): SerialLine => {
    const found = lines.get(vm)
    lines.delete(vm)
    const line =
      found?.line ??
      new SerialLine({
        open: (signal) => hosts.openConsole(vm, signal),
        clock,
        onLost: (error) => log.debug({ vm, err: error }, 'A serial console is not there; it is opened again.'),
        ...(givenUp.delete(vm) && { before: notKept(room) }),
      })
    lines.set(vm, { line, host })
    makeRoom()
    return line
  }
  return {
    of,
    // Said again for a VM that was known to run, it changes nothing: the scrollback goes back to power-on.
    started: (vm, host) => {
      if (running.has(vm)) return lines.get(vm)?.line.hurry()
      running.add(vm)
      of(vm, host).hurry()
    },
    stopped: (vm) => {
      running.delete(vm)
      givenUp.delete(vm)
      close(vm, 'The VM has stopped.')
    },
    left: (vm) => {
      const read = lines.get(vm)
      if (read === undefined || read.line.viewers > 0) return
      if (running.has(vm)) of(vm, read.host)
      else close(vm, 'Nobody looks.')
    },
    [Symbol.asyncDispose]: async () => {
      for (const vm of lines.keys()) close(vm, 'Floe is ending.')
      await Promise.all(closing)
    },
  }
}

const notKept = ({ perHost, inAll }: SerialRoom): string =>
  `[Floe: what this VM wrote before is not kept; ${perHost} consoles a host and ${inAll} in all are read while nobody looks]`
