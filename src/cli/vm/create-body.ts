import type { DiskRequest, VmCreate } from '@floe/client'
import { InvalidArgumentError } from 'commander'

const GiB = 1024 * 1024 * 1024
const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  K: 1024,
  KiB: 1024,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  G: GiB,
  GiB,
  T: 1024 * GiB,
  TiB: 1024 * GiB,
}
const sizePattern = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?) ?(B|[KMGT](?:iB)?)$/

/** A size as people write it, in units of `unit` bytes: `2GiB`, `512MiB`, `20G` (binary too, as QEMU has it). */
function parseSize(text: string, unit: number): number {
  const [, figure, suffix] = sizePattern.exec(text) ?? []
  if (figure === undefined || suffix === undefined) {
    throw new InvalidArgumentError('A size has a unit, like 512MiB or 20GiB.')
  }
  const factor = unitBytes[suffix]! / unit
  // Multiplying by one is exact, whatever the figure.
  return Number(figure) * factor
}

export function parseMemory(text: string): number {
  const memoryMiB = parseSize(text, 1024 ** 2)
  if (!Number.isInteger(memoryMiB)) throw new InvalidArgumentError('Memory is given in whole MiB.')
  return memoryMiB
}

/** `POOL/VOLUME`, or `pool=…,volume=…`; a comma in a name is doubled. */
export function parseVolume(text: string): { pool: string; volume: string } {
  const { head, named } = partsOf(text)
  const found = volumeOf(head, named)
  if (!found || [...named.keys()].some((key) => key !== 'pool' && key !== 'volume')) {
    throw new InvalidArgumentError('A volume is POOL/VOLUME; "floe volume list" shows them.')
  }
  return found
}

/** `20GiB[,pool=POOL][,format=FORMAT]`: a new disk. `POOL/VOLUME[,device=cdrom]`: an existing one. */
export function parseDisk(text: string): DiskRequest {
  const { head, named } = partsOf(text)
  const pool = named.get('pool')
  const volume = volumeOf(head, named)
  if (volume) {
    const device = oneOf('device', named.get('device'), ['disk', 'cdrom'])
    only(named, head === undefined ? ['pool', 'volume', 'device'] : ['device'])
    return { ...volume, ...(device !== undefined && { device }) }
  }
  if (head === undefined) throw new InvalidArgumentError('A disk is a size like 20GiB, or POOL/VOLUME.')
  const sizeGiB = parseSize(head, GiB)
  const format = oneOf('format', named.get('format'), ['qcow2', 'raw'])
  only(named, ['pool', 'format'])
  return { sizeGiB, ...(pool !== undefined && { pool }), ...(format !== undefined && { format }) }
}

function volumeOf(head: string | undefined, named: ReadonlyMap<string, string>) {
  if (head === undefined) {
    const [pool, volume] = [named.get('pool'), named.get('volume')]
    return pool === undefined || volume === undefined ? undefined : { pool, volume }
  }
  const slash = head.indexOf('/')
  return slash === -1 ? undefined : { pool: head.slice(0, slash), volume: head.slice(slash + 1) }
}

/** The part without a name, if the first has none, and the parts `name=value`; `,,` is a comma. */
function partsOf(text: string): { head: string | undefined; named: ReadonlyMap<string, string> } {
  const parts = (text.match(/(?:[^,]|,,)+/g) ?? ['']).map((part) => part.replaceAll(',,', ','))
  const head = /^(pool|volume)=/.test(parts[0]!) ? undefined : parts.shift()
  const named = new Map<string, string>()
  for (const part of parts) {
    const equals = part.indexOf('=')
    if (equals === -1) throw new InvalidArgumentError(`"${part}" has no value. A comma in a name is doubled.`)
    named.set(part.slice(0, equals), part.slice(equals + 1))
  }
  return { head, named }
}

function oneOf<const Word extends string>(name: string, value: string | undefined, words: readonly Word[]) {
  if (value === undefined) return undefined
  const word = words.find((one) => one === value)
  if (word === undefined) throw new InvalidArgumentError(`${name} is ${words.join(' or ')}.`)
  return word
}

function only(named: ReadonlyMap<string, string>, known: readonly string[]): void {
  const other = [...named.keys()].find((key) => !known.includes(key))
  if (other !== undefined) throw new InvalidArgumentError(`There is no ${other} here; known are ${known.join(', ')}.`)
}

/** The options of `vm create` as commander gives them; `false` is a `--no-…`. */
export type CreateOptions = Omit<VmCreate, 'name' | 'memoryMiB' | 'disks' | 'networks' | 'tags' | 'from'> & {
  readonly from?: VmCreate['from']
  readonly memory?: number
  readonly disk?: readonly DiskRequest[] | false
  readonly network?: readonly string[] | false
  readonly tag?: readonly string[]
}

/** The request that a command line amounts to. What is not said is not sent: Floe chooses it, and says why. */
export function bodyOf(name: string, options: CreateOptions): VmCreate {
  const { from, host, memory, vcpus, iso, disk, network, firmware, tag, notes, owner, start } = options
  return {
    name,
    from: from ?? guessFrom(options),
    ...(host !== undefined && { host }),
    ...(memory !== undefined && { memoryMiB: memory }),
    ...(vcpus !== undefined && { vcpus }),
    ...(iso !== undefined && { iso }),
    ...(disk !== undefined && { disks: disk === false ? [] : disk }),
    ...(network !== undefined && { networks: network === false ? [] : network }),
    ...(firmware !== undefined && { firmware }),
    ...(tag !== undefined && { tags: tag }),
    ...(notes !== undefined && { notes }),
    ...(owner !== undefined && { owner }),
    ...(start === true && { start }),
  }
}

/** Without `--from`: an ISO boots if there is one, then an existing disk; otherwise it is empty. */
function guessFrom({ iso, disk }: CreateOptions): VmCreate['from'] {
  if (iso) return 'iso'
  return disk && disk.some((one) => 'volume' in one && one.device !== 'cdrom') ? 'disk' : 'empty'
}
