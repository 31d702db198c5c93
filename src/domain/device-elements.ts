import { element, type XmlElement } from '@floe/xml'

import { agentChannel } from './domain-view.ts'
import type { Platform, Told } from './machine-choice.ts'
import { SpecError } from './spec-error.ts'
import type { GraphicsSpec, HostFacts, NicSpec, SerialSpec, VmSpec } from './vm-spec.ts'

export function nicElement(nic: NicSpec, i: number, order: number | undefined, tell: Told): XmlElement {
  if (nic.model === undefined) {
    tell({ what: `Network card ${i + 1}`, value: 'virtio', because: 'Linux has its driver and it is the fastest' })
  }
  return element(
    'interface',
    { type: 'network' },
    nic.mac === undefined ? undefined : element('mac', { address: nic.mac.toLowerCase() }),
    element('source', { network: nic.network }),
    element('model', { type: nic.model ?? 'virtio' }),
    order === undefined ? undefined : element('boot', { order }),
  )
}

/** Graphics, video and input: a screen only where the host's QEMU can show one. Throws `SpecError`. */
export function screenElements(spec: VmSpec, { offers, family }: Platform, tell: Told): XmlElement[] {
  const cannot = offers?.graphics?.includes('vnc') === false
  if (cannot && spec.graphics) {
    throw new SpecError('graphics', 'QEMU on this host has no VNC; leave the screen out and use the serial console.')
  }
  if (cannot)
    tell({ what: 'Screen', value: 'none', because: 'QEMU on this host has no VNC; the serial console remains' })
  if (spec.graphics === false || cannot) return [element('video', {}, element('model', { type: 'none' }))]
  // A PC has a keyboard of its own. Beside it a USB one takes all keys as soon as the firmware has found it, also from a
  // guest without a USB driver, as Debian's cloud kernels are.
  const isPc = family === 'q35' || family === 'i440fx'
  const { tablet = true, keyboard = !isPc } = spec.devices ?? {}
  return [
    tablet ? element('input', { type: 'tablet', bus: 'usb' }) : undefined,
    keyboard ? element('input', { type: 'keyboard', bus: 'usb' }) : undefined,
    graphicsElement(spec.graphics ?? {}),
    element('video', {}, element('model', { type: chooseVideo(spec, offers, tell), heads: 1, primary: 'yes' })),
  ].filter((one) => one !== undefined)
}

/** Only the host itself reaches it. The console gateway does where Floe runs on that host, and is refused elsewhere. */
function graphicsElement({ password, passwordValidTo }: GraphicsSpec): XmlElement {
  return element(
    'graphics',
    {
      type: 'vnc',
      port: -1,
      autoport: 'yes',
      listen: '127.0.0.1',
      passwd: password,
      // libvirt reads it as UTC, without fractions and zone.
      passwdValidTo: passwordValidTo?.toISOString().slice(0, 19),
    },
    element('listen', { type: 'address', address: '127.0.0.1' }),
  )
}

function chooseVideo({ video }: VmSpec, offers: Platform['offers'], tell: Told): string {
  const offered = offers?.videos
  if (video !== undefined) {
    if (offered?.includes(video) === false) {
      throw new SpecError('video', `This host has no video model ${video}; it has ${offered.join(', ')}.`)
    }
    return video
  }
  const wanted = ['virtio', 'vga', 'qxl', 'bochs', 'cirrus', 'ramfb']
  const found = offered ? wanted.find((one) => offered.includes(one)) : 'virtio'
  if (found === undefined) {
    throw new SpecError(
      'video',
      `This host offers none of the video models ${wanted.join(', ')}; leave the screen out.`,
    )
  }
  const because =
    found === 'virtio' ? 'Linux has its driver and it takes any resolution' : 'the host offers no virtio video'
  tell({ what: 'Video', value: found, because })
  return found
}

/** A serial line that can be read from power-on; the log is written even while nobody looks. */
export function serialElements({ log }: SerialSpec): XmlElement[] {
  return [
    element(
      'serial',
      { type: 'pty' },
      log === undefined ? undefined : element('log', { file: log, append: 'on' }),
      element('target', { port: 0 }),
    ),
    element('console', { type: 'pty' }, element('target', { type: 'serial', port: 0 })),
  ]
}

/** Channel of the guest agent, random numbers and memory balloon. */
export function helperElements(spec: VmSpec, facts: HostFacts, { offers }: Platform, tell: Told): XmlElement[] {
  const { agent = true, balloon = true, rng } = spec.devices ?? {}
  const unixChannels = offers?.channels?.includes('unix') !== false
  if (agent && !unixChannels) {
    tell({ what: 'Guest agent', value: 'none', because: 'the host offers no channel for it' })
  }
  return [
    agent && unixChannels
      ? element('channel', { type: 'unix' }, element('target', { type: 'virtio', name: agentChannel }))
      : undefined,
    balloonElement(balloon, facts, tell),
    rng === false ? undefined : rngElement(rng === true, offers, tell),
  ].filter((one) => one !== undefined)
}

function balloonElement(wanted: boolean, { libvirtVersion, qemuVersion }: HostFacts, tell: Told): XmlElement {
  if (!wanted) return element('memballoon', { model: 'none' })
  const known = libvirtVersion !== undefined && qemuVersion !== undefined
  const reports = known && libvirtVersion >= 6_009_000 && qemuVersion >= 5_001_000
  const because = reports
    ? 'what the guest frees goes back to the host'
    : `it takes libvirt 6.9 and QEMU 5.1, ${known ? 'and the host has older ones' : 'and the host did not tell its versions'}`
  tell({ what: 'Free page reporting', value: reports ? 'on' : 'off', because })
  return element(
    'memballoon',
    { model: 'virtio', freePageReporting: reports ? 'on' : undefined },
    element('stats', { period: 10 }),
  )
}

function rngElement(explicit: boolean, offers: Platform['offers'], tell: Told): XmlElement | undefined {
  const offered = offers?.rngModels?.includes('virtio') !== false && offers?.rngBackends?.includes('random') !== false
  if (offered) return element('rng', { model: 'virtio' }, element('backend', { model: 'random' }, '/dev/urandom'))
  if (explicit) throw new SpecError('devices.rng', 'This host offers no virtio random numbers; leave them out.')
  tell({ what: 'Random numbers', value: 'none', because: 'the host offers no virtio random numbers' })
  return undefined
}
