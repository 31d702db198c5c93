import { parse, textProblem, type XmlElement } from '@floe/xml'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type HostFacts, parseDomain, SpecError, toDomainXml, type VmSpec } from './index.ts'
import { debian12, headless, sample, samples, small, unknownHost, whole } from './spec-samples.ts'

test.each(samples)('%s is exactly the document in fixtures', async (name, spec, facts) => {
  const { xml, chosen } = toDomainXml(spec, facts)
  await expect(xml).toMatchFileSnapshot(`fixtures/${name}.xml`)
  const told = chosen.map(({ what, value, because }) => `${what}: ${value} (${because})\n`)
  await expect(told.join('')).toMatchFileSnapshot(`fixtures/${name}.chosen.txt`)
})

test('what is built is read again as what was asked for', () => {
  const view = parseDomain(toDomainXml(whole, unknownHost).xml)
  expect(view).toMatchObject({
    uuid: whole.uuid,
    name: whole.name,
    title: whole.title,
    memoryMiB: 4096,
    vcpus: { current: 4, max: 4 },
    type: 'kvm',
    firmware: { type: 'uefi', secureBoot: true },
    cpu: { mode: 'custom', model: 'Broadwell' },
    marker: { id: whole.id, floe: whole.floe, task: whole.task, tags: whole.tags, notes: whole.notes, protected: true },
    graphics: [{ type: 'vnc', listen: '127.0.0.1', hasPassword: true }],
  })
  expect(
    view.disks.map((disk) => [disk.target, disk.bus, disk.source && 'path' in disk.source && disk.source.path]),
  ).toEqual([
    ['vda', 'virtio', '/srv/floe/shop-db.qcow2'],
    ['sda', 'scsi', '/srv/floe/data.img'],
    ['sdb', 'sata', '/srv/floe/logs.img'],
    ['sdc', 'usb', '/srv/floe/old.img'],
    ['sdd', 'sata', "/srv/iso/Bob's disc, 2nd.iso"],
    ['sde', 'usb', undefined],
  ])
  expect(view.disks.map((disk) => disk.bootOrder)).toEqual([3, 4, 5, 6, 1, 2])
  expect(view.nics.map((nic) => [nic.mac, nic.model, nic.bootOrder])).toEqual([
    ['52:54:00:1f:3a:07', 'virtio', 7],
    ['52:54:00:1f:3a:08', 'e1000e', 8],
  ])
})

test('a screen is reached from the host alone', () => {
  for (const [, spec, facts] of samples) {
    for (const graphics of parseDomain(toDomainXml(spec, facts).xml).graphics) expect(graphics.listen).toBe('127.0.0.1')
  }
})

describe('choices', () => {
  const without = (change: object): HostFacts => ({
    ...debian12,
    domainCapabilities: { ...debian12.domainCapabilities!, ...change },
  })
  const chosen = (facts: HostFacts, spec: VmSpec = small): Record<string, string> =>
    Object.fromEntries(toDomainXml(spec, facts).chosen.map((one) => [one.what, `${one.value}: ${one.because}`]))

  test('a host without virtio gets the next best, with the reason', () => {
    const drive = { ...small, disks: [...small.disks, { kind: 'cdrom', format: 'raw' } as const] }
    const poor = without({ diskBuses: ['sata', 'usb'], videos: ['cirrus', 'none'], rngModels: [], graphics: ['sdl'] })
    expect(chosen(poor, drive)).toMatchObject({
      'Disk 1 bus': 'sata: the host offers no virtio',
      'CD-ROM 2 bus': 'sata: installers find it without a driver',
      Screen: 'none: QEMU on this host has no VNC; the serial console remains',
      'Random numbers': 'none: the host offers no virtio random numbers',
    })
    expect(chosen(without({ videos: ['cirrus', 'none'] }))).toMatchObject({
      Video: 'cirrus: the host offers no virtio video',
    })
    expect(toDomainXml(small, poor).xml).not.toContain('<rng')
  })

  test('free page reporting needs versions that are known', () => {
    const { libvirtVersion: _, ...silent } = debian12
    expect(toDomainXml(small, debian12).xml).toContain("freePageReporting='on'")
    expect(toDomainXml(small, silent).xml).not.toContain('freePageReporting')
    expect(toDomainXml(small, { ...debian12, qemuVersion: 5_000_000 }).xml).not.toContain('freePageReporting')
  })

  test('what a host said of another machine is not believed of this one', () => {
    const pc = toDomainXml({ ...headless, disks: [{ kind: 'cdrom', format: 'raw' }] }, debian12)
    expect(pc.xml).toContain("<target dev='hda' bus='ide'/>")
  })

  test('nothing is told of what the spec said itself', () => {
    const said = toDomainXml({ ...whole, disks: whole.disks.map((disk) => ({ bus: 'sata', ...disk })) }, unknownHost)
    expect(said.chosen.map((one) => one.what)).toEqual(['Network card 1', 'Free page reporting'])
  })
})

describe('refusals', () => {
  const refusal = (change: Partial<VmSpec>, facts: HostFacts = debian12): SpecError => {
    try {
      toDomainXml({ ...small, ...change }, facts)
    } catch (error) {
      if (error instanceof SpecError) return error
      throw error
    }
    throw new Error(`was accepted: ${JSON.stringify(change)}`)
  }
  const disk = small.disks[0]!
  const wrong: readonly (readonly [field: string, change: Partial<VmSpec>])[] = [
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(10_000) }],
    ['name', { name: 'a<b>' }],
    ['uuid', { uuid: 'x' }],
    ['id', { id: '' }],
    ['title', { title: 'two\nlines' }],
    ['title', { title: 'x\u0000' }],
    ['tags[1]', { tags: ['a', ''] }],
    ['memoryMiB', { memoryMiB: 0 }],
    ['memoryMiB', { memoryMiB: -1 }],
    ['memoryMiB', { memoryMiB: 1.5 }],
    ['memoryMiB', { memoryMiB: Number.NaN }],
    ['memoryMiB', { memoryMiB: 2 ** 53 }],
    ['vcpus', { vcpus: 0 }],
    ['vcpus', { vcpus: 289 }],
    ['virtualization', { virtualization: 'kvm' }],
    ['virtualization', { arch: 's390x' }],
    ['machine', { machine: 'q36' }],
    ['machine', { machine: 'q35,accel=kvm' }],
    ['firmware', { firmware: 'uefi' }],
    ['secureBoot', { firmware: 'bios', secureBoot: true }],
    ['cpu', { cpu: 'host' }],
    ['cpu.model', { cpu: { model: 'Z80' } }],
    ['cpu.model', { cpu: { model: 'qemu64,+vmx' } }],
    ['video', { video: 'voodoo' }],
    ['disks', { disks: Array.from({ length: 300 }, () => disk) }],
    ['disks[0].path', { disks: [{ format: 'raw' }] }],
    ['disks[0].path', { disks: [{ ...disk, path: 'relative' }] }],
    ['disks[0].path', { disks: [{ ...disk, path: '/srv/../etc/shadow' }] }],
    ['disks[0].path', { disks: [{ ...disk, path: '/a\nb' }] }],
    ['disks[1].path', { disks: [disk, { ...disk }] }],
    ['disks[0].bus', { disks: [{ ...disk, bus: 'ide' }] }],
    ['disks[0].bus', { disks: [{ kind: 'cdrom', format: 'raw', bus: 'virtio' }] }],
    ['disks[0].bus', { disks: [{ ...disk, bus: 'sata', readonly: true }] }],
    ['disks[0].serial', { disks: [{ ...disk, serial: 'a,b' }] }],
    ['nics[0].mac', { nics: [{ network: 'default', mac: '52:54:00' }] }],
    ['nics[0].mac', { nics: [{ network: 'default', mac: '01:00:5e:00:00:01' }] }],
    [
      'nics[1].mac',
      {
        nics: [
          { network: 'a', mac: '52:54:00:1f:3a:07' },
          { network: 'b', mac: '52:54:00:1F:3A:07' },
        ],
      },
    ],
    ['nics[0].network', { nics: [{ network: '' }] }],
    ['nics[0].model', { nics: [{ network: 'a', model: 'virtio,x=y' }] }],
    ['kernel.kernel', { kernel: { kernel: 'vmlinuz' } }],
    ['kernel.cmdline', { kernel: { kernel: '/k', cmdline: 'x'.repeat(2048) } }],
    ['graphics.password', { graphics: { password: 'ninechars' } }],
    ['graphics.password', { graphics: { password: '' } }],
    ['graphics.password', { graphics: { password: 'pä' } }],
    ['graphics.passwordValidTo', { graphics: { passwordValidTo: new Date() } }],
    ['graphics.passwordValidTo', { graphics: { password: 'x', passwordValidTo: new Date(Number.NaN) } }],
    ['serial.log', { serial: { log: 'x' } }],
  ]

  test.each(wrong)('%s: %j', (field, change) => {
    const error = refusal(change)
    expect(error.field).toBe(field)
    expect(error).toMatchObject({ code: 'spec_refused', status: 422, details: { field } })
    expect(error.message).toMatch(/^[A-Z0-9].*\.$/s)
  })

  test('a refusal says what would do', () => {
    expect(refusal({ virtualization: 'kvm' }).message).toBe(
      'This host offers no kvm for x86_64; choose qemu, which emulates and is slower.',
    )
    expect(refusal({ disks: [{ ...disk, bus: 'ide' }] }).message).toBe(
      'The machine type q35 on this host has no ide bus; it has fdc, scsi, virtio, usb, sata.',
    )
    expect(refusal({ firmware: 'uefi' }).message).toBe(
      'This host has no UEFI firmware for x86_64. On Debian: apt install ovmf.',
    )
  })

  test('a password is in no refusal', () => {
    expect(refusal({ graphics: { password: 'canary-too-long' } }).message).not.toContain('canary')
  })
})

test('disks beyond z get two letters', () => {
  const disks = Array.from({ length: 28 }, (_, i) => ({ path: `/srv/${i}.img`, format: 'raw' }) as const)
  const targets = parseDomain(toDomainXml({ ...small, disks }, unknownHost).xml).disks.map((one) => one.target)
  expect(targets.slice(24)).toEqual(['vdy', 'vdz', 'vdaa', 'vdab'])
})

describe('any string in any field', () => {
  /** Element and attribute names, in order: what no value may change. */
  const shapeOf = (root: XmlElement): string =>
    `<${root.name} ${root.attributes.map((one) => one.name).join(' ')}>${root.children().map(shapeOf).join('')}</>`

  type Path = readonly (string | number)[]
  const stringsOf = (value: unknown, path: Path = []): Path[] => {
    if (typeof value === 'string') return [path]
    if (typeof value !== 'object' || value === null || value instanceof Date) return []
    return Object.entries(value).flatMap(([key, inner]) =>
      stringsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    )
  }
  const put = (value: unknown, [key, ...rest]: Path, text: string): unknown => {
    if (key === undefined) return text
    if (Array.isArray(value)) return value.map((inner, i) => (i === key ? put(inner, rest, text) : inner))
    return { ...(value as object), [key]: put((value as Record<string, unknown>)[key], rest, text) }
  }
  // These choose what is built; their values are not text but one of a few words.
  const words = new Set(['virtualization', 'arch', 'firmware', 'machine', 'kind', 'format', 'bus', 'boot'])
  const full: VmSpec = { ...whole, kernel: sample.kernel }
  const paths = stringsOf(full).filter((path) => !path.some((part) => words.has(String(part))))
  const base = shapeOf(parse(toDomainXml(full, unknownHost).xml).root)

  const tricks = fc.constantFrom(
    "'/><disk type='file'/>",
    '</name><devices/>',
    ']]>',
    '<!--',
    '&amp;',
    '&lt;',
    "'",
    '"',
    '\n',
    '\t',
    '\u0000',
    '\u0085',
    '\u2028',
    '${x}',
    ',readonly=off',
    '-drive',
  )
  const anything = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), tricks)
  const anyPlace = fc.tuple(anything, fc.boolean()).map(([text, asPath]) => (asPath ? `/${text}` : text))

  test('gives the same tree, or a refusal that names the field', () => {
    expect(paths.length).toBeGreaterThan(20)
    let accepted = 0
    const outcome = (spec: VmSpec): string => {
      try {
        const { xml } = toDomainXml(spec, unknownHost)
        accepted++
        return shapeOf(parse(xml).root)
      } catch (error) {
        if (error instanceof SpecError && error.message.endsWith('.')) return base
        throw error
      }
    }
    fc.assert(
      fc.property(fc.constantFrom(...paths), anyPlace, (path, text) => {
        expect(outcome(put(full, path, text) as VmSpec)).toBe(base)
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(300)
  })

  test('comes back as the same string where it is accepted', () => {
    const line = anything.filter(
      (text) => textProblem(text) === undefined && text.trim() !== '' && !/[\r\n]/.test(text),
    )
    fc.assert(
      fc.property(line, (text) => {
        const spec = {
          ...full,
          title: undefined,
          notes: text,
          tags: [text],
          kernel: { kernel: `/${text}`.replaceAll('..', ''), cmdline: text },
        }
        const view = parseDomain(toDomainXml(spec, unknownHost).xml)
        expect(view.marker).toMatchObject({ notes: text, tags: [text] })
        expect(view.kernel?.cmdline).toBe(text.trim())
      }),
    )
  })
})
