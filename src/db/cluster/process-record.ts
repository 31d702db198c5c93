import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** One process of one boot: a number alone is given to somebody else sooner or later. */
export type ProcessRecord = { readonly pid: number; readonly started: string; readonly boot: string }

/** Of the machine, since it was switched on. Source: random(4). */
export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** What identifies the running process `pid`, or nothing when there is none (a zombie is none).
 *  Source: proc(5), field 22 of /proc/PID/stat, in clock ticks since boot. */
export function identify(pid: number): ProcessRecord | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before it may hold spaces
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, started: fields[19] ?? '', boot: bootId() }
  } catch {
    return undefined // gone, or between two reads
  }
}

export const isSame = (a: ProcessRecord, b: ProcessRecord | undefined): boolean =>
  b !== undefined && a.pid === b.pid && a.started === b.started && a.boot === b.boot

/** Writes who `pid` is into `file`, whole or not at all. */
export function record(file: string, pid: number): void {
  const known = identify(pid)
  if (known === undefined) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, `${JSON.stringify(known)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The process that `file` names, if it is still that one. */
export function recorded(file: string): number | undefined {
  try {
    const known = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord
    return typeof known.pid === 'number' && isSame(known, identify(known.pid)) ? known.pid : undefined
  } catch {
    return undefined // none, or torn by a full disk: nobody is known
  }
}

export const forget = (file: string): void => rmSync(file, { force: true })
