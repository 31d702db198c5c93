import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'

import { endProcess, identify, isAlive, type Identity } from './processes.ts'
import { tryRun } from './run.ts'

/** Where every part of the test bed keeps its files. Short, because a Unix socket's path ends at 107 bytes. */
export const scratchRoot = '/tmp/floe-testbed'

/** What has to be undone outside a scratch folder before it can be removed. */
export type Leftover =
  | { readonly kind: 'process'; readonly who: Identity }
  | { readonly kind: 'mount'; readonly path: string }
  | { readonly kind: 'link'; readonly name: string }

/** A folder that goes away with its owner, together with everything noted in it. */
export type Scratch = AsyncDisposable & {
  readonly path: string
  /** Notes a thing to undo BEFORE it is made, so that a kill between the two leaves nothing. */
  note(leftover: Leftover): void
}

let reaped: Promise<void> | undefined

/** Makes a scratch folder. Its disposal undoes what was noted, newest first; when the owner dies before,
 *  the next owner's first call does (`reap`). */
export async function scratch(kind: string): Promise<Scratch> {
  mkdirSync(scratchRoot, { recursive: true, mode: 0o755 })
  reaped ??= reap()
  await reaped
  // The owner stands in the name: there is no moment at which a folder is nobody's.
  const { pid, started } = identify(process.pid)!
  const path = mkdtempSync(join(scratchRoot, `${kind}-${pid}.${started}-`))
  chmodSync(path, 0o711) // QEMU's and PostgreSQL's users come through, without seeing what is there
  return {
    path,
    note: (leftover) => appendFileSync(join(path, 'leftovers'), `${JSON.stringify(leftover)}\n`),
    [Symbol.asyncDispose]: () => clear(path),
  }
}

/** Clears what dead owners left behind. Living owners' folders are not touched. */
export async function reap(): Promise<void> {
  if (!existsSync(scratchRoot)) return
  for (const name of readdirSync(scratchRoot)) {
    const owner = parseOwner(name)
    if (owner !== undefined && !isAlive(owner)) await clear(join(scratchRoot, name))
  }
}

async function clear(path: string): Promise<void> {
  for (const leftover of readLeftovers(path).toReversed()) await undo(leftover)
  const mounts = mountsBelow(path)
  for (const mount of mounts.toReversed()) await tryRun('umount', ['--lazy', mount])
  if (mountsBelow(path).length > 0) throw new Error(`${path} still has mounts, so it was not removed: umount them`)
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

async function undo(leftover: Leftover): Promise<void> {
  switch (leftover.kind) {
    case 'process':
      return endProcess(leftover.who)
    case 'mount':
      return void (await tryRun('umount', ['--lazy', leftover.path]))
    case 'link':
      return void (await tryRun('ip', ['link', 'delete', leftover.name]))
  }
}

function parseOwner(name: string): Identity | undefined {
  const [, pid, started] = /-(\d+)\.(\d+)-[^-]+$/.exec(name) ?? []
  return pid === undefined || started === undefined ? undefined : { pid: Number(pid), started }
}

function readLeftovers(path: string): Leftover[] {
  try {
    const lines = readFileSync(join(path, 'leftovers'), 'utf8').trim().split('\n')
    return lines.filter(Boolean).map((line) => JSON.parse(line) as Leftover)
  } catch {
    return []
  }
}

/** Source: proc(5), mountinfo: the fifth field is the mount point. */
function mountsBelow(path: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  return mounts.map((line) => line.split(' ')[4]!).filter((at) => at === path || at.startsWith(`${path}/`))
}
