import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { apiError } from '../../api/index.ts'

export type SampleFile = 'vmlinuz' | 'initrd.img'

/** The sample guest's kernel and memory disk as "floe up" put them into a folder of this machine. */
export class SampleFiles {
  readonly #folder: string
  readonly #known = new Map<SampleFile, { readonly stamp: string; readonly hash: string }>()

  constructor(folder: string) {
    this.#folder = folder
  }

  path(file: SampleFile): string {
    return join(this.#folder, file)
  }

  get here(): boolean {
    return existsSync(this.path('vmlinuz')) && existsSync(this.path('initrd.img'))
  }

  /** Hash and size (bytes) of a file, hashed again only when it was written since: 30 MB take 60 ms. Throws `no_sample`. */
  async fingerprint(file: SampleFile): Promise<{ readonly hash: string; readonly size: number }> {
    const found = await stat(this.path(file)).catch((error: unknown) => {
      throw apiError('no_sample', {}, error)
    })
    const stamp = `${found.ino} ${found.size} ${found.mtimeMs}`
    const before = this.#known.get(file)
    const hash = before?.stamp === stamp ? before.hash : await hashOf(this.path(file))
    this.#known.set(file, { stamp, hash })
    return { hash, size: found.size }
  }
}

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 12)
