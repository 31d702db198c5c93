import { statfsSync } from 'node:fs'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from './run.ts'
import { scratch } from './scratch.ts'

/** A real file system that is soon full. */
export type SmallDisk = AsyncDisposable & {
  readonly path: string
  /** Writes until nothing more fits, except `leaveBytes`. */
  fill(leaveBytes?: number): Promise<void>
  /** Gives back what `fill` took. */
  free(): Promise<void>
  freeBytes(): number
}

/** Makes an ext4 of `sizeMiB` (default 64) on a loop device and mounts it. Root's reserve is off, so full means full for
 *  every user. Start hosts and clusters after it: a mount namespace does not see what is mounted later. */
export async function smallDisk(options: { sizeMiB?: number; mode?: number } = {}): Promise<SmallDisk> {
  const { sizeMiB = 64, mode = 0o777 } = options
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('disk'))
  const [image, path] = [join(folder.path, 'image'), join(folder.path, 'mnt')]
  await mkdir(path)
  await run('truncate', ['--size', `${sizeMiB}M`, image])
  await run('mkfs.ext4', ['-q', '-m', '0', '-E', `lazy_itable_init=0,root_perms=0${mode.toString(8)}`, image]).catch(
    () => run('mkfs.ext4', ['-q', '-m', '0', image]),
  )
  folder.note({ kind: 'mount', path })
  await run('mount', ['-o', 'loop', image, path])
  await run('chmod', [mode.toString(8), path])
  await rm(join(path, 'lost+found'), { recursive: true }) // initdb and libvirt's pool refuse a folder with something in it
  const owned = made.move()
  const ballast = join(path, '.ballast')
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  return {
    path,
    freeBytes,
    fill: async (leaveBytes = 0) => {
      await fillUp(ballast, () => freeBytes() - leaveBytes)
      if (leaveBytes === 0) await fillUp(`${ballast}.last`, freeBytes)
    },
    free: async () => {
      await rm(ballast, { force: true })
      await rm(`${ballast}.last`, { force: true })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Appends real bytes (a hole would take no room) until `left()` is used up or the file system says that it is full. */
async function fillUp(path: string, left: () => number): Promise<void> {
  await writeFile(path, '')
  await using file = await open(path, 'a')
  try {
    for (let size = 1 << 20; size >= 512;) {
      await file.sync() // free space is only told after the blocks are given out
      if (left() < size) {
        size >>= 1
        continue
      }
      await file.write(Buffer.alloc(size, 1))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
