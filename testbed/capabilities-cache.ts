import { copyFile, mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from './cache.ts'

const inHost = 'cache/qemu/capabilities'

/** libvirt asks QEMU for its abilities by starting it: 1.3 s of a new host's 1.5 s. It checks the age of
 *  both programs before it believes an answer it kept, so the answer can be carried from host to host. */
export async function recallCapabilities(hostFolder: string, qemuUser: string): Promise<void> {
  await copyAll(cacheFolder(`capabilities-${qemuUser}`), join(hostFolder, inHost))
}

/** Keeps what this host's libvirt found out, for the next host. */
export async function keepCapabilities(hostFolder: string, qemuUser: string): Promise<void> {
  await copyAll(join(hostFolder, inHost), cacheFolder(`capabilities-${qemuUser}`))
}

async function copyAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 })
  for (const name of await readdir(from).catch(() => [])) {
    if (!name.endsWith('.xml')) continue
    const unfinished = join(to, `.${process.pid}.${name}`)
    await copyFile(join(from, name), unfinished)
    await rename(unfinished, join(to, name)) // several runs may write it at once
  }
}
