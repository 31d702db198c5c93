/** What the first bytes of a disk image say it is. Nothing is opened or followed: a name in a header is only reported. */
export type ImageHeader = {
  readonly format: 'qcow2' | 'raw' | 'iso' | 'vmdk' | 'vdi' | 'vhdx' | 'vpc' | 'qed' | 'parallels' | 'luks'
  /** What a guest would see; bytes. Only where the format says it here. */
  readonly virtualBytes?: number
  /** The name of the image it rests on, as the header has it. */
  readonly backing?: string
  /** Its data lie in another file. */
  readonly externalData?: boolean
  /** What is wrong with it, completing "it ...". */
  readonly problem?: string
}

/** How many bytes from the start `parseImageHeader` wants: an ISO's mark stands at 32 KiB. */
export const headerBytes = 64 * 1024

const magics: readonly (readonly [at: number, bytes: string, format: ImageHeader['format']])[] = [
  [0, 'QFI\xfb', 'qcow2'],
  [0, 'KDMV', 'vmdk'],
  [0, '# Disk DescriptorFile', 'vmdk'],
  [0, 'QED\0', 'qed'],
  [0, 'vhdxfile', 'vhdx'],
  [0, 'conectix', 'vpc'],
  [0, 'WithoutFreeSpace', 'parallels'],
  [0, 'WithouFreSpacExt', 'parallels'],
  [0, 'LUKS\xba\xbe', 'luks'],
  [64, '\x7f\x10\xda\xbe', 'vdi'],
  [32_769, 'CD001', 'iso'],
]

/** Reads a header without trust. Shape: the first `headerBytes` of the image, or all of a smaller one.
 *  Source: the published layouts of the formats; QEMU's docs/interop/qcow2. */
export function parseImageHeader(bytes: Uint8Array): ImageHeader {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = magics.find(([at, magic]) => data.toString('latin1', at, at + magic.length) === magic)
  if (found === undefined) return { format: 'raw' }
  return found[2] === 'qcow2' ? parseQcow2(data) : { format: found[2] }
}

const knownIncompatible = 0b1_1111n // dirty, corrupt, external data, compression type, extended L2
const externalData = 0b100n

function parseQcow2(data: Buffer): ImageHeader {
  const bad = (problem: string): ImageHeader => ({ format: 'qcow2', problem })
  if (data.length < 72) return bad('ends within its header')
  const version = data.readUInt32BE(4)
  if (version !== 2 && version !== 3) return bad(`has the unknown version ${version}`)
  const clusterBits = data.readUInt32BE(20)
  if (clusterBits < 9 || clusterBits > 21) return bad(`has clusters of 2^${clusterBits} bytes`)
  const size = data.readBigUInt64BE(24)
  if (size > 2n ** 53n) return bad('claims a size beyond 8 PiB')
  const features = version === 3 && data.length >= 104 ? data.readBigUInt64BE(72) : 0n
  if ((features & ~knownIncompatible) !== 0n) return bad('uses features that are not known here')
  const backing = backingOf(data)
  if (backing === 'bad') return bad('names a backing file outside its header')
  return {
    format: 'qcow2',
    virtualBytes: Number(size),
    ...(backing !== undefined && { backing: backing.name }),
    ...((features & externalData) !== 0n && { externalData: true }),
  }
}

function backingOf(data: Buffer): { readonly name: string } | 'bad' | undefined {
  const [offset, length] = [data.readBigUInt64BE(8), data.readUInt32BE(16)]
  if (offset === 0n) return undefined
  if (length === 0 || length > 1023 || offset + BigInt(length) > BigInt(data.length)) return 'bad'
  return { name: data.toString('utf8', Number(offset), Number(offset) + length) }
}

/** Why an image that libvirt calls `said` is not given to a guest; nothing when it may be. Completes "it ...". */
export function imageProblem(
  header: ImageHeader,
  said: 'qcow2' | 'raw' | 'iso',
): { readonly code: 'image_format' | 'image_refused'; readonly why: string } | undefined {
  if (header.format !== said && !(said === 'raw' && header.format === 'iso'))
    return { code: 'image_format', why: header.format }
  if (header.problem !== undefined) return { code: 'image_refused', why: `it ${header.problem}` }
  if (header.backing !== undefined)
    return { code: 'image_refused', why: `it rests on another image (${header.backing.slice(0, 200)})` }
  if (header.externalData) return { code: 'image_refused', why: 'its data lie in another file' }
  return undefined
}
