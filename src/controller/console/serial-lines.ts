import type { Logger } from 'pino'

import { systemClock, type Clock } from '../../base/clock.ts'
import type { VmId } from '../../base/ids.ts'
import type { ConsoleHosts } from './console-hosts.ts'
import { SerialLine } from './serial-line.ts'

/** The serial consoles of the VMs that run, by VM. */
export type SerialLines = AsyncDisposable & {
  /** The VM's line, opened when nobody did yet. */
  of(vm: VmId): SerialLine
  started(vm: VmId): void
  /** A viewer has left, or never came in: a line that only viewers keep goes with the last. */
  left(vm: VmId): void
  stopped(vm: VmId): void
}

export type SerialLinesOptions = {
  readonly hosts: Pick<ConsoleHosts, 'openConsole'>
  readonly log: Logger
  readonly clock?: Clock
}

export function createSerialLines({ hosts, log, clock = systemClock }: SerialLinesOptions): SerialLines {
  const lines = new Map<VmId, SerialLine>()
  const running = new Set<VmId>()
  const closing = new Set<Promise<void>>()

  const of = (vm: VmId): SerialLine => {
    const found = lines.get(vm)
    if (found !== undefined) return found
    const line = new SerialLine({
      open: (signal) => hosts.openConsole(vm, signal),
      clock,
      onLost: (error) => log.debug({ vm, err: error }, 'A serial console is not there; it is opened again.'),
    })
    lines.set(vm, line)
    return line
  }
  const close = (vm: VmId, why: string): void => {
    const line = lines.get(vm)
    if (line === undefined) return
    lines.delete(vm)
    const closed = line.close(why)
    closing.add(closed)
    void closed.finally(() => closing.delete(closed))
  }
  return {
    of,
    // Said again for a VM that was known to run, it changes nothing: the scrollback goes back to power-on.
    started: (vm) => {
      running.add(vm)
      of(vm).hurry()
    },
    stopped: (vm) => {
      running.delete(vm)
      close(vm, 'The VM has stopped.')
    },
    left: (vm) => {
      if (!running.has(vm) && lines.get(vm)?.viewers === 0) close(vm, 'Nobody looks.')
    },
    [Symbol.asyncDispose]: async () => {
      for (const vm of lines.keys()) close(vm, 'Floe is ending.')
      await Promise.all(closing)
    },
  }
}
