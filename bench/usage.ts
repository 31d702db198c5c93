import { readFileSync } from 'node:fs'

import { childrenOf } from '../testbed/processes.ts'
import { run } from '../testbed/run.ts'

/** A process and everything below it. */
export function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)]
}

/** Memory of the processes in MB (10^6 bytes), what they share counted once. Source: proc(5), smaps_rollup, Pss. */
export function memoryMB(pids: readonly number[]): number {
  const kib = pids.map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return (kib.reduce((sum, one) => sum + one, 0) * 1024) / 1e6
}

/** Resident memory of one process in MB (10^6 bytes), shared libraries included. Source: proc(5), status, VmRSS. */
export function residentMB(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024) / 1e6
}

/** Processor time of the processes so far, with that of children that have ended, in seconds. Source: proc(5), stat. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  ticks ??= Number(await run('getconf', ['CLK_TCK']))
  const used = pids.map((pid) => {
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  })
  return used.reduce((sum, one) => sum + one, 0) / ticks
}

let ticks: number | undefined

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
