import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files without a name, for a program of the same user that this process starts: no other user can read them, and
 *  nothing is left behind, not even by SIGKILL. They are gone with this process, or when disposed of. Linux. */
export class PrivateFiles implements Disposable {
  readonly #open: number[] = []

  /** Answers a path for the text. Its name is taken away before the first byte is written. */
  add(text: string): string {
    const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
    const name = join(folder, `floe-${randomUUID()}`)
    const fd = openSync(name, 'wx+', 0o600)
    this.#open.push(fd)
    unlinkSync(name)
    writeSync(fd, text)
    return `/proc/${process.pid}/fd/${fd}`
  }

  /** What a file holds by now. */
  read(path: string): string {
    return readFileSync(path, 'utf8')
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.splice(0)) closeSync(fd)
  }
}
