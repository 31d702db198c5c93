/** One entry of an initial RAM disk. Directories end in nothing special: their kind says it. */
export type CpioEntry =
  | { readonly kind: 'folder'; readonly path: string; readonly mode?: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode?: number; readonly data: Uint8Array | string }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | {
      readonly kind: 'device'
      readonly path: string
      readonly mode?: number
      readonly major: number
      readonly minor: number
    }

const types = { folder: 0o040000, file: 0o100000, link: 0o120000, device: 0o020000 } as const
const defaultMode = { folder: 0o755, file: 0o644, link: 0o777, device: 0o600 } as const

/** An archive in the "newc" format that the kernel unpacks as its initial RAM disk. Owner root, time 0: the same
 *  entries give the same bytes. Source: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst. */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = []
  for (const [index, entry] of entries.entries()) parts.push(...member(entry, index + 1))
  parts.push(...record({ name: 'TRAILER!!!', inode: 0, mode: 0, links: 1, device: [0, 0], data: Buffer.alloc(0) }))
  return Buffer.concat(parts)
}

function member(entry: CpioEntry, inode: number): Buffer[] {
  const mode = types[entry.kind] | ('mode' in entry && entry.mode !== undefined ? entry.mode : defaultMode[entry.kind])
  const device: [number, number] = entry.kind === 'device' ? [entry.major, entry.minor] : [0, 0]
  return record({ name: entry.path, inode, mode, links: entry.kind === 'folder' ? 2 : 1, device, data: content(entry) })
}

function content(entry: CpioEntry): Buffer {
  if (entry.kind === 'file') return Buffer.from(entry.data)
  return entry.kind === 'link' ? Buffer.from(entry.to) : Buffer.alloc(0)
}

type Record = {
  readonly name: string
  readonly inode: number
  readonly mode: number
  readonly links: number
  readonly device: readonly [number, number]
  readonly data: Buffer
}

function record({ name, inode, mode, links, device, data }: Record): Buffer[] {
  const path = Buffer.from(`${name}\0`)
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, device[0], device[1], path.length, 0]
  const header = Buffer.from(`070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`)
  return [header, path, padding(header.length + path.length), data, padding(data.length)]
}

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4)
