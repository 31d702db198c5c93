import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file without a name, for a program of the same user that this process starts. */
export type PrivateFile = Disposable & {
  /** Good while this process lives and the file is not disposed of. */
  readonly path: string
  readonly fd: number
}

/** Holds `text` where no other user can read it and where nothing is left behind, not even by SIGKILL: the name is taken
 *  away before the first byte is written, and the memory is freed with the last that has it open. Linux. */
export function privateFile(text: string): PrivateFile {
  const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const name = join(folder, `floe-${randomUUID()}`)
  const fd = openSync(name, 'wx+', 0o600)
  unlinkSync(name)
  writeSync(fd, text)
  return { path: `/proc/${process.pid}/fd/${fd}`, fd, [Symbol.dispose]: () => closeSync(fd) }
}
