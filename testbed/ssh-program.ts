import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from './cache.ts'
import { run } from './run.ts'

/** An OpenSSH server that is not installed: its program and the folders its libraries lie in. */
export type SshProgram = { readonly sshd: string; readonly libraries: string | undefined }

/** sshd and its one library that is not everywhere. Only unpacked: installing it would start a server on port 22. */
const packages = ['openssh-server', 'libwrap0']

/** The machine's own sshd, or Debian's unpacked beside it (0.5 MB, kept). Rejects where neither is to be had. */
export async function sshProgram(): Promise<SshProgram> {
  const installed = '/usr/sbin/sshd'
  if (existsSync(installed)) return { sshd: installed, libraries: undefined }
  const cache = cacheFolder('sshd')
  const kept = join(cache, 'root')
  if (!existsSync(join(kept, 'usr/sbin/sshd'))) await unpack(cache, kept)
  const [machine = ''] = await readdir(join(kept, 'usr/lib')).then((names) =>
    names.filter((name) => name.endsWith('-linux-gnu')),
  )
  return { sshd: join(kept, 'usr/sbin/sshd'), libraries: join(kept, 'usr/lib', machine) }
}

async function unpack(cache: string, kept: string): Promise<void> {
  const folder = await mkdtemp(join(cache, 'new-'))
  try {
    await run('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', ...packages], { cwd: folder })
    for (const file of await readdir(folder)) await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')])
    await rename(join(folder, 'root'), kept)
  } catch (cause) {
    if (!existsSync(kept))
      throw new Error('There is no sshd here: install openssh-server, or run apt-get update.', { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
