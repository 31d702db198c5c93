import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import {
  buildSample,
  downloadSampleParts,
  sampleCommandLine,
  thisArch,
  type DownloadedParts,
} from '../src/setup/sample/index.ts'
import { cacheFolder } from './cache.ts'
import type { Host } from './host.ts'
import { run } from './run.ts'
import { until } from './until.ts'

/** The files of a small Linux that boots under TCG in 3–5 s to a shell on the serial line. */
export type GuestFiles = { readonly kernel: string; readonly initrd: string; readonly commandLine: string }

/** The sample guest, made once and kept in the cache; the packages come from the distribution's archive, nothing is
 *  installed. Several processes may ask at once. */
export async function guestFiles(): Promise<GuestFiles> {
  const cache = cacheFolder('guest')
  const folder = join(cache, await recipe())
  const files = {
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd.img'),
    commandLine: sampleCommandLine(thisArch()),
  }
  if (existsSync(files.kernel)) return files
  const out = await mkdtemp(join(cache, '.making-'))
  await buildSample({ ...(await packages(cache)), out })
  await rename(out, folder).catch(() => rm(out, { recursive: true })) // somebody else was faster
  return files
}

/** Copies the guest to where a host's QEMU can read it: its images folder. */
export async function placeGuest(host: Pick<Host, 'imagesDir'>): Promise<GuestFiles> {
  const { kernel, initrd, commandLine } = await guestFiles()
  const placed = { kernel: join(host.imagesDir, 'vmlinuz'), initrd: join(host.imagesDir, 'initrd.img'), commandLine }
  await copyFile(kernel, placed.kernel)
  await copyFile(initrd, placed.initrd)
  return placed
}

export type GuestOptions = {
  readonly name: string
  readonly memoryMiB?: number
  /** Added to the kernel's command line. */
  readonly append?: string
  /** Further elements below `<devices>`. */
  readonly devices?: string
  /** Further elements below `<domain>`, e.g. `<metadata>`. */
  readonly extra?: string
}

/** A guest that was made by hand, as an administrator would with virsh: nothing of Floe is in its XML. */
export type Guest = {
  readonly name: string
  readonly uuid: string
  readonly xml: string
  /** What it said on its serial line so far. */
  said(): Promise<string>
  /** Waits until it has said `text`. A boot takes 3–5 s on an idle machine. */
  says(text: string, deadlineMs?: number): Promise<void>
}

/** The prompt that the guest's shell shows when it has booted. */
export const guestPrompt = 'welcome:'

/** Writes the XML of a guest and puts its kernel into place; `host.virsh('create', …)` and the rest is the test's. */
export async function makeGuest(host: Host, options: GuestOptions): Promise<Guest & { readonly path: string }> {
  const { name, memoryMiB = 128, append = '', devices = '', extra = '' } = options
  const { kernel, initrd, commandLine } = await placeGuest(host)
  const uuid = randomUUID()
  const log = join(host.imagesDir, `${name}.serial`)
  const xml = `<domain type='qemu'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>${extra}
  <os>
    <type arch='${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}'>hvm</type>
    <kernel>${kernel}</kernel>
    <initrd>${initrd}</initrd>
    <cmdline>${commandLine} ${append}</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <serial type='pty'><log file='${log}' append='off'/></serial>
    <console type='pty'/>
    <memballoon model='virtio'/>${devices}
  </devices>
</domain>
`
  const path = join(host.imagesDir, `${name}.xml`)
  await writeFile(path, xml)
  const said = () => readFile(log, 'utf8').catch(() => '')
  return {
    name,
    uuid,
    xml,
    path,
    said,
    says: async (text, deadlineMs = 60_000) =>
      void (await until(
        `"${text}" on the serial line of ${name}`,
        async () => (await said()).includes(text),
        deadlineMs,
      )),
  }
}

/** A name for what the sample is made of now: a changed line in its source makes a new one. */
async function recipe(): Promise<string> {
  const sources = join(import.meta.dirname, '../src/setup/sample')
  const hash = createHash('sha256').update(thisArch())
  for (const name of (await readdir(sources)).sort()) {
    if (!name.includes('.test.')) hash.update(await readFile(join(sources, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** The packages, from the cache or the distribution's archive. A folder with half a package is never seen. */
async function packages(cache: string): Promise<DownloadedParts> {
  const folder = join(cache, 'packages')
  if (!existsSync(folder)) {
    const beside = await mkdtemp(`${folder}-`)
    const fetch = () => downloadSampleParts(join(beside, 'parts'))
    // A fresh machine has no package lists; one with old lists asks for versions that are gone.
    await fetch().catch(async () => {
      await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', 'update'], { deadlineMs: 300_000 })
      await fetch()
    })
    await rename(join(beside, 'parts'), folder).catch(() => undefined) // somebody else was faster
    await rm(beside, { recursive: true })
  }
  return downloadSampleParts(folder)
}
