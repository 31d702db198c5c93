import type { Static } from 'typebox'

import { shellWord } from '../base/shell-word.ts'
import type { DiskRequest, VmCreate } from './resources/vm.ts'

type Disk = Static<typeof DiskRequest>

/** The command line that creating this VM amounts to, quoted for a POSIX shell. The client's `vm create` reads it
 *  back to the same request; `start: false` and no tags are what leaving them out means. */
export function createCommand(body: VmCreate): string {
  const words = ['floe', 'vm', 'create', body.name, '--from', body.from]
  const say = (option: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(...optionOf(option, `${value}`))
  }
  say('host', body.host)
  say('memory', body.memoryMiB === undefined ? undefined : memoryText(body.memoryMiB))
  say('vcpus', body.vcpus)
  if (body.iso) say('iso', volumeText(body.iso.pool, body.iso.volume))
  for (const disk of body.disks ?? []) say('disk', diskText(disk))
  if (body.disks?.length === 0) words.push('--no-disk')
  for (const network of body.networks ?? []) say('network', network)
  if (body.networks?.length === 0) words.push('--no-network')
  say('firmware', body.firmware)
  for (const tag of body.tags ?? []) say('tag', tag)
  say('notes', body.notes)
  say('owner', body.owner)
  if (body.start) words.push('--start')
  return words.map(shellWord).join(' ')
}

/** A value that begins with a hyphen would read as the next option. */
const optionOf = (option: string, value: string): readonly string[] =>
  value.startsWith('-') ? [`--${option}=${value}`] : [`--${option}`, value]

const memoryText = (memoryMiB: number): string =>
  memoryMiB % 1024 === 0 ? `${memoryMiB / 1024}GiB` : `${memoryMiB}MiB`

function diskText(disk: Disk): string {
  if ('volume' in disk) {
    return volumeText(disk.pool, disk.volume) + (disk.device === undefined ? '' : `,device=${disk.device}`)
  }
  return [
    `${disk.sizeGiB}GiB`,
    ...(disk.pool === undefined ? [] : [`pool=${escaped(disk.pool)}`]),
    ...(disk.format === undefined ? [] : [`format=${disk.format}`]),
  ].join(',')
}

/** `POOL/VOLUME`; where that would read as something else, by name. A comma is doubled, as QEMU's options have it. */
const volumeText = (pool: string, volume: string): string =>
  pool === '' || /[/=]/.test(pool)
    ? `pool=${escaped(pool)},volume=${escaped(volume)}`
    : `${escaped(pool)}/${escaped(volume)}`

const escaped = (text: string): string => text.replaceAll(',', ',,')
