import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { setupError } from '../errors.ts'
import { complaint, runCommand } from '../run-command.ts'
import { thisArch } from './build-sample.ts'

/** The kernel's meta package of each distribution: the one that is made for virtual machines. */
const metaPackages = (arch: string): string[] => [`linux-image-cloud-${arch}`, 'linux-image-virtual']

export type DownloadedParts = { readonly kernelDeb: string; readonly busyboxDeb: string }

/** Downloads the packages that the sample is made of into `folder`, as any user may, and installs nothing.
 *  What is there is taken as it is. Errors: `sample_download` with apt's own words. */
export async function downloadSampleParts(folder: string): Promise<DownloadedParts> {
  const found = await partsIn(folder)
  if (found) return found
  const kernel = await kernelPackage()
  const beside = `${folder}.new`
  await rm(beside, { recursive: true, force: true })
  await mkdir(beside, { recursive: true })
  const ran = await runCommand(['apt-get', '-q', 'download', kernel, 'busybox-static'], {
    cwd: beside,
    withinMs: 900_000,
  })
  if (ran.status !== 0) throw setupError('sample_download', { why: complaint(ran) })
  await rm(folder, { recursive: true, force: true })
  await rename(beside, folder)
  const parts = await partsIn(folder)
  if (!parts) throw setupError('sample_download', { why: `apt-get left no kernel in ${folder}` })
  return parts
}

async function partsIn(folder: string): Promise<DownloadedParts | undefined> {
  const names = await readdir(folder).catch(() => [])
  const kernel = names.find((name) => name.startsWith('linux-image-') && name.endsWith('.deb'))
  const busybox = names.find((name) => name.startsWith('busybox-static_') && name.endsWith('.deb'))
  return kernel && busybox ? { kernelDeb: join(folder, kernel), busyboxDeb: join(folder, busybox) } : undefined
}

/** The package with the kernel itself: a meta package only names it. */
async function kernelPackage(): Promise<string> {
  for (const meta of metaPackages(thisArch())) {
    const { out } = await runCommand(['apt-cache', 'depends', '--important', '--recurse', meta])
    const kernel = /^(linux-image-(?:unsigned-)?\d\S*)$/m.exec(out)?.[1]
    if (kernel) return kernel
  }
  throw setupError('sample_download', { why: `apt knows none of ${metaPackages(thisArch()).join(', ')}` })
}
