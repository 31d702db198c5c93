import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

import { until } from './until.ts'

/** A process by id and the tick it started at: the pair that is never given twice between two boots. */
export type Identity = { readonly pid: number; readonly started: string }

/** Who `pid` is now, or nothing when there is no such process (a zombie counts as gone). Source: proc(5), stat. */
export function identify(pid: number): Identity | undefined {
  const fields = statFields(pid)
  if (fields === undefined || fields[0] === 'Z') return undefined
  return { pid, started: fields[19]! }
}

/** Whether exactly this process is still there. */
export const isAlive = ({ pid, started }: Identity): boolean => identify(pid)?.started === started

/** Ends exactly this process with `signal` and waits until it is gone. A process that is gone already is no error. */
export async function endProcess(
  who: Identity,
  signal: NodeJS.Signals = 'SIGKILL',
  deadlineMs = 20_000,
): Promise<void> {
  if (!isAlive(who)) return
  process.kill(who.pid, signal)
  await until(`the end of process ${who.pid} by ${signal}`, () => !isAlive(who), deadlineMs)
}

/** The ids (as this process sees them) of all processes in the PID namespace that `init` leads. */
export function processesOf(init: number): number[] {
  const namespace = pidNamespace(init)
  if (namespace === undefined) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pidNamespace(pid) === namespace && identify(pid) !== undefined)
}

/** The command line of `pid`, empty when it is gone. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** The children of `pid`. Source: proc(5), children. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The first child of `pid`, for programs that fork and stay. */
export const childOf = (pid: number): number | undefined => childrenOf(pid)[0]

function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

/** The fields of /proc/PID/stat after the command's name, which may hold spaces and brackets itself. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
