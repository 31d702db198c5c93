import { expect, test } from 'vitest'

import { parseDomain } from '../../domain/index.ts'
import { toSummary, withoutLive } from './summary.ts'

const disk = (target: string, path: string): string =>
  `<disk type="file" device="disk"><source file="${path}"/><target dev="${target}" bus="virtio"/></disk>`
const domain = (...disks: readonly string[]) =>
  parseDomain(`<domain type="kvm"><name>wiki</name><devices>${disks.join('')}</devices></domain>`)
const shown = ({ disks = [] }: Partial<ReturnType<typeof toSummary>>): unknown[] =>
  disks.map((one) => [one.source, one.live ?? false])

test('the disks of a running guest are those of its definition and those that only QEMU has', () => {
  const defined = domain(disk('vda', '/a'), disk('vdb', '/b'))
  const live = domain(
    disk('vda', '/a'),
    disk('vdb', '/c'),
    '<disk type="file" device="cdrom"><target dev="sda"/></disk>',
  )
  const summary = toSummary(defined, live)
  expect(shown(summary)).toEqual([
    ['/a', false],
    ['/b', false],
    ['/c', true],
  ])
  expect(shown(withoutLive(summary)!)).toEqual([
    ['/a', false],
    ['/b', false],
  ])
  expect(withoutLive(toSummary(defined, defined))).toBeUndefined()
})

test('a size that is defined for the next start is kept until the guest has ended', () => {
  const sized = (mib: number, vcpus: number) =>
    parseDomain(`<domain type="kvm"><name>wiki</name><memory unit="MiB">${mib}</memory><vcpu>${vcpus}</vcpu></domain>`)
  const summary = toSummary(sized(512, 4), sized(256, 2))
  expect(summary.atStart).toEqual({ memoryMiB: 512, vcpus: 4 })
  expect(withoutLive(summary)).not.toHaveProperty('atStart')
  expect(toSummary(sized(512, 4), sized(512, 4))).not.toHaveProperty('atStart')
  expect(toSummary(sized(512, 4))).not.toHaveProperty('atStart')
})
