import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync, zstdDecompressSync } from 'node:zlib'

import { setupError } from '../errors.ts'
import { writeCpio, type CpioEntry } from './cpio.ts'
import { group, inittab, motd, passwd, powerButton, profile, rc, type SampleArch, udhcpc } from './guest-files.ts'
import { loadOrder, moduleName, readNeeds, wantedModules, type Module } from './modules.ts'

const run = promisify(execFile)

export type Sample = { readonly kernel: string; readonly initrd: string }
export type SampleParts = {
  /** A Debian or Ubuntu kernel package (.deb) that was downloaded, not installed. */
  readonly kernelDeb: string
  /** The package busybox-static of the guest's architecture. */
  readonly busyboxDeb: string
  /** The folder that gets `vmlinuz` and `initrd.img`. */
  readonly out: string
  /** Default: the architecture that Floe itself runs on. */
  readonly arch?: SampleArch
}

export const thisArch = (): SampleArch => (process.arch === 'arm64' ? 'arm64' : 'amd64')

/** Makes the sample guest out of a kernel and a busybox package: `out/vmlinuz` and `out/initrd.img`, both replaced
 *  whole or not at all. Errors: `sample_part_missing` when a package does not hold what is looked for. */
export async function buildSample({ kernelDeb, busyboxDeb, out, arch = thisArch() }: SampleParts): Promise<Sample> {
  await mkdir(out, { recursive: true })
  const scratch = await mkdtemp(join(out, '.building-'))
  try {
    const [kernelTree, busyboxTree] = [join(scratch, 'kernel'), join(scratch, 'busybox')]
    await run('dpkg-deb', ['-x', kernelDeb, kernelTree])
    await run('dpkg-deb', ['-x', busyboxDeb, busyboxTree])
    const files = (await readdir(kernelTree, { recursive: true })).sort()
    const vmlinuz = files.find((file) => /^boot\/vmlinu[xz]-/.test(file))
    const busybox = (await readdir(busyboxTree, { recursive: true })).find((file) => /(^|\/)bin\/busybox$/.test(file))
    if (vmlinuz === undefined) throw setupError('sample_part_missing', { part: 'kernel', package: kernelDeb })
    if (busybox === undefined) throw setupError('sample_part_missing', { part: 'busybox', package: busyboxDeb })

    const busyboxFile = join(busyboxTree, busybox)
    const objects = await chooseModules(kernelTree, files, busyboxFile)
    const initrd = gzipSync(writeCpio(entries(arch, await readFile(busyboxFile), objects)), { level: 9 })
    const sample = { kernel: join(out, 'vmlinuz'), initrd: join(out, 'initrd.img') }
    await writeFile(join(scratch, 'initrd.img'), initrd, { mode: 0o644 })
    // The kernel last: who finds it may count on the initial RAM disk beside it.
    await rename(join(scratch, 'initrd.img'), sample.initrd)
    await rename(join(kernelTree, vmlinuz), sample.kernel)
    return sample
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

type ModuleObject = { readonly name: string; readonly data: Buffer }

async function chooseModules(tree: string, files: readonly string[], busybox: string): Promise<ModuleObject[]> {
  const byName = new Map(files.filter((file) => /\.ko(\.\w+)?$/.test(file)).map((file) => [moduleName(file), file]))
  const data = new Map<string, Buffer>()
  const found = new Map<string, Module>()
  const queue: string[] = [...wantedModules]
  for (const name of queue) {
    const file = byName.get(name)
    if (file === undefined || found.has(name)) continue
    const object = await readObject(join(tree, file), busybox)
    const needs = readNeeds(object)
    data.set(name, object)
    found.set(name, { name, file, needs })
    queue.push(...needs)
  }
  return loadOrder(wantedModules, (name) => found.get(name)).map(({ name }) => ({ name, data: data.get(name)! }))
}

/** Debian 12 has modules plain, Debian 13 as xz (which Node cannot read: busybox can), Ubuntu as zstd. */
async function readObject(file: string, busybox: string): Promise<Buffer> {
  if (file.endsWith('.xz')) {
    const { stdout } = await run(busybox, ['xzcat', file], { encoding: 'buffer', maxBuffer: 64 << 20 })
    return stdout
  }
  const data = await readFile(file)
  return file.endsWith('.zst') ? zstdDecompressSync(data) : data
}

function entries(arch: SampleArch, busybox: Buffer, modules: readonly ModuleObject[]): CpioEntry[] {
  const folder = (path: string, mode = 0o755): CpioEntry => ({ kind: 'folder', path, mode })
  const text = (path: string, data: string): CpioEntry => ({ kind: 'file', path, mode: 0o644, data })
  const script = (path: string, data: string): CpioEntry => ({ kind: 'file', path, mode: 0o755, data })
  return [
    ...['bin', 'dev', 'etc', 'etc/acpi', 'etc/acpi/PWRF', 'lib', 'lib/modules', 'proc', 'root', 'sys'].map((path) =>
      folder(path),
    ),
    folder('tmp', 0o1777),
    { kind: 'device', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'file', path: 'bin/busybox', mode: 0o755, data: busybox },
    ...['sh', 'mount', 'mkdir', 'init'].map((name): CpioEntry => ({
      kind: 'link',
      path: `bin/${name}`,
      to: 'busybox',
    })),
    { kind: 'link', path: 'init', to: 'bin/busybox' },
    text('etc/inittab', inittab(arch)),
    script('etc/rc', rc(modules.map(({ name }) => `${name}.ko`))),
    text('etc/profile', profile),
    text('etc/motd', motd),
    text('etc/passwd', passwd),
    text('etc/group', group),
    script('etc/udhcpc', udhcpc),
    script('etc/acpi/PWRF/00000080', powerButton),
    ...modules.map(({ name, data }): CpioEntry => ({ kind: 'file', path: `lib/modules/${name}.ko`, data })),
  ]
}
