import { attributeValue, type XmlElement } from '@floe/xml'

import { KiB, MiB } from '../base/units.ts'
import { toDiskView } from './disk-view.ts'
import { toNicView } from './nic-view.ts'
import { bytesOf } from './quantity.ts'
import { isSecret } from './secret-parts.ts'

const sizes = new Set(['memory', 'currentMemory', 'maxMemory', 'hard_limit', 'soft_limit', 'swap_hard_limit'])

/** Whether an element's text is a size in the unit of its `unit` attribute. */
export const isSize = (element: XmlElement): boolean => sizes.has(element.name)

/** The text of an element without children; sizes in MiB whatever their unit, so that one size has one text. */
export function valueText(element: XmlElement): string {
  const size = isSize(element) ? bytesOf(element, 'KiB') : undefined
  if (size === undefined) return element.text().trim()
  return size % MiB === 0 ? `${size / MiB} MiB` : `${size / KiB} KiB`
}

// Paths without keys, of the whole document; inside a device below it.
const fields: Readonly<Record<string, string>> = {
  '@type': 'virtualization',
  name: 'name',
  uuid: 'UUID',
  title: 'title',
  description: 'description',
  memory: 'memory',
  currentMemory: 'memory at start',
  maxMemory: 'memory limit',
  vcpu: 'vCPUs',
  'vcpu@current': 'vCPUs at start',
  'vcpu@cpuset': 'vCPU pinning',
  'cputune/vcpupin@cpuset': 'vCPU pinning',
  'cputune/shares': 'CPU shares',
  'cputune/quota': 'CPU quota',
  'cputune/period': 'CPU period',
  'memtune/hard_limit': 'memory hard limit',
  'memtune/soft_limit': 'memory soft limit',
  'os@firmware': 'firmware',
  'os/type@machine': 'machine type',
  'os/type@arch': 'architecture',
  'os/kernel': 'kernel',
  'os/initrd': 'initrd',
  'os/cmdline': 'kernel command line',
  'os/boot@dev': 'boot device',
  'os/boot': 'boot device',
  'os/bootmenu@enable': 'boot menu',
  'os/loader': 'firmware image',
  'os/nvram': 'firmware variables',
  cpu: 'CPU',
  'cpu@mode': 'CPU mode',
  'cpu/model': 'CPU model',
  'cpu/topology': 'CPU topology',
  'cpu/topology@sockets': 'CPU sockets',
  'cpu/topology@cores': 'CPU cores',
  'cpu/topology@threads': 'CPU threads',
  'clock@offset': 'clock',
  on_poweroff: 'on power off',
  on_reboot: 'on reboot',
  on_crash: 'on crash',
  'devices/emulator': 'emulator',
  'metadata/floe:vm': 'Floe marker',
  'metadata/floe:vm@id': 'Floe id',
  'metadata/floe:vm@floe': 'Floe copy',
  'metadata/floe:vm@task': 'Floe task',
  'metadata/floe:vm/tag': 'tag',
  'metadata/floe:vm/notes': 'notes',
  'metadata/floe:vm/protected': 'protection',
}

const deviceFields: Readonly<Record<string, string>> = {
  'source@file': 'image',
  'source@dev': 'source device',
  'source@pool': 'pool',
  'source@volume': 'volume',
  'source@network': 'network',
  'source@bridge': 'bridge',
  'source@mode': 'mode',
  'target@bus': 'bus',
  'target@dev': 'device name',
  'driver@type': 'format',
  'driver@cache': 'cache',
  'driver@io': 'I/O mode',
  'driver@discard': 'discard',
  'boot@order': 'boot order',
  boot: 'boot order',
  readonly: 'read only',
  shareable: 'shareable',
  serial: 'serial number',
  'mac@address': 'MAC address',
  'model@type': 'model',
  'model@heads': 'heads',
  'model@vram': 'video memory',
  'link@state': 'link',
  link: 'link',
  mtu: 'MTU',
  'mtu@size': 'MTU',
  'filterref@filter': 'network filter',
  filterref: 'network filter',
  'vlan/tag@id': 'VLAN',
  'log@file': 'log',
  log: 'log',
  '@passwd': 'password',
  '@passwdValidTo': 'password expiry',
  '@listen': 'listen address',
  'listen@address': 'listen address',
  '@port': 'port',
  '@tlsPort': 'TLS port',
  '@autoport': 'automatic port',
  '@model': 'model',
  '@type': 'kind',
  '@device': 'device',
  '@freePageReporting': 'free page reporting',
  '@autodeflate': 'automatic deflation',
}

const nouns: Readonly<Record<string, string>> = {
  interface: 'network card',
  cdrom: 'CD-ROM',
  memballoon: 'memory balloon',
  rng: 'random numbers',
  graphics: 'screen',
  video: 'video',
  serial: 'serial port',
  console: 'console',
  tpm: 'TPM',
  hostdev: 'host device',
  filesystem: 'shared folder',
  redirdev: 'USB redirection',
}

/** A device for people: `disk vdb`, `CD-ROM sda`, `network card 52:54:00:1f:3a:07`. */
export function deviceWords(key: string, element: XmlElement): string {
  const kind = element.name === 'disk' ? (element.attr('device') ?? 'disk') : element.name
  const identity = /\[(.*)\]$/.exec(key)?.[1]
  const noun = nouns[kind] ?? kind
  return identity === undefined ? noun : `${noun} ${identity}`
}

/** A field for people: the device's words and what of it, or the document's; the path where there are no words. */
export function fieldWords(path: string, device: string): string {
  const plain = path.replaceAll(/\[[^\]]*\]/g, '')
  if (device === '') return fields[plain] ?? path
  const inside = plain.replace(/^devices\/[^/@]+\/?/, '')
  return inside === '' ? device : `${device} ${deviceFields[inside] ?? inside}`
}

/** What has appeared or gone, in a few words: an image and its format, a network and its model, a value. */
export function summaryOf(element: XmlElement, path: string): string {
  if (path.startsWith('devices/disk') && element.name === 'disk') return diskSummary(element)
  if (path.startsWith('devices/interface') && element.name === 'interface') return nicSummary(element)
  if (isSecret(path)) return 'hidden'
  if (element.children().length === 0 && element.text().trim() !== '') return valueText(element)
  return element.attributes
    .filter(({ name }) => !name.startsWith('xmlns') && !isSecret(`${path}@${name}`))
    .map((one) => `${one.name}=${attributeValue(one)}`)
    .join(' ')
}

function diskSummary(disk: XmlElement): string {
  const { source, format, bus } = toDiskView(disk)
  return [sourceText(source), format, bus].filter((part) => part !== undefined).join(', ')
}

function sourceText(source: ReturnType<typeof toDiskView>['source']): string {
  if (!source) return 'empty'
  if ('path' in source) return source.path
  if (source.type === 'volume') return `${source.pool}/${source.volume}`
  return source.type === 'network' ? `${source.protocol}:${source.name ?? ''}` : source.kind
}

function nicSummary(element: XmlElement): string {
  const { source, model } = toNicView(element)
  const where =
    source?.type === 'network'
      ? `network ${source.network}`
      : source?.type === 'bridge'
        ? `bridge ${source.bridge}`
        : source?.type === 'direct'
          ? `host device ${source.device}`
          : source?.type
  return [where, model].filter((part) => part !== undefined).join(', ')
}
