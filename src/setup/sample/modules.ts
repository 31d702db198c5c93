/** A kernel module as found on disk: its name with dashes turned to underscores, and what it needs before it. */
export type Module = { readonly name: string; readonly file: string; readonly needs: readonly string[] }

/** What the sample would like from its kernel: disks, NICs, keyboard, power button. Most kernels have some built in. */
export const wantedModules = [
  'virtio_pci',
  'virtio_mmio',
  'virtio_net',
  'virtio_blk',
  'virtio_scsi',
  'virtio_rng',
  'virtio_balloon',
  'virtio_input',
  'e1000',
  'sd_mod',
  'sr_mod',
  'isofs',
  'button',
  'evdev',
] as const

/** The name the kernel knows a module file by: `virtio-rng.ko.xz` is `virtio_rng`. */
export const moduleName = (file: string): string =>
  file
    .slice(file.lastIndexOf('/') + 1)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_')

/** The modules that `object` (an uncompressed .ko) says it needs, from its `.modinfo` strings. */
export function readNeeds(object: Buffer): string[] {
  const at = object.indexOf('\0depends=')
  if (at === -1) return []
  const start = at + '\0depends='.length
  const text = object.toString('latin1', start, object.indexOf(0, start))
  return text === '' ? [] : text.split(',').map((name) => name.replaceAll('-', '_'))
}

/** `wanted` and all they need, each after what it needs; what the kernel has built in (no file) is left out. */
export function loadOrder(wanted: readonly string[], find: (name: string) => Module | undefined): Module[] {
  const order: Module[] = []
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const module = find(name)
    if (module === undefined) return
    for (const need of module.needs) visit(need)
    order.push(module)
  }
  for (const name of wanted) visit(name)
  return order
}
