import { spawnSync } from 'node:child_process'

import { Command } from 'commander'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createCommand } from '../../api/create-command.ts'
import type { VmCreate } from '../../api/resources/vm.ts'
import { bodyOf, parseDisk, parseVolume, type CreateOptions } from './create-body.ts'
import { addCreateOptions } from './create.ts'

/** The words that a real shell makes of command lines. */
function shellWords(commands: readonly string[]): readonly (readonly string[])[] {
  const script = commands.map((one) => `set -- ${one}\nprintf '%s\\0' "$@"\nprintf '\\0'`).join('\n')
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-s'], { input: script, env: { LC_ALL: 'C.UTF-8' } })
  if (status !== 0) throw new Error(stderr.toString('utf8'))
  const all = stdout.toString('utf8').split('\0')
  const lines: string[][] = [[]]
  // An empty word is two NULs too, but never the first of a line: that one is "floe".
  for (const [i, word] of all.slice(0, -1).entries()) {
    if (word === '' && (all[i + 1] === 'floe' || i === all.length - 2)) lines.push([])
    else lines.at(-1)!.push(word)
  }
  return lines.slice(0, -1)
}

/** What the command line's own parser makes of those words. */
function readBack([, , , ...argv]: readonly string[]): VmCreate {
  const command = addCreateOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
  command.parse([...argv], { from: 'user' })
  return bodyOf(command.args[0]!, command.opts<CreateOptions>()) as VmCreate
}

const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('a-,/=\'"$`\\ \n%*~#;&|<>(){}[]!?:@é')), maxLength: 12 }),
    fc.constantFrom('', '-', '--start', '20GiB', 'pool=a', 'volume=', "'", ',', '/'),
  )
  // No argument can hold a NUL, and half a surrogate pair is no text.
  .map((one) => one.replaceAll('\0', '').toWellFormed())
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)

const disk = fc.oneof(
  fc.record(
    { pool: text, volume: text, device: fc.constantFrom('disk' as const, 'cdrom' as const) },
    { requiredKeys: ['pool', 'volume'] },
  ),
  fc.record(
    {
      sizeGiB: fc.oneof(
        fc.integer({ min: 1, max: 65_536 }),
        fc.double({ min: 0, max: 65_536, minExcluded: true, noNaN: true }),
      ),
      pool: text,
      format: fc.constantFrom('qcow2' as const, 'raw' as const),
    },
    { requiredKeys: ['sizeGiB'] },
  ),
)
const chosen = fc.record(
  {
    host: text,
    memoryMiB: fc.integer({ min: 32, max: 16_777_216 }),
    vcpus: fc.integer({ min: 1, max: 710 }),
    iso: fc.record({ pool: text, volume: text }),
    disks: fc.array(disk, { maxLength: 4 }),
    networks: fc.array(text, { maxLength: 3 }),
    firmware: fc.constantFrom('bios' as const, 'uefi' as const),
    notes: text,
    tags: fc.array(name, { minLength: 1, maxLength: 3 }),
    start: fc.constant(true),
    owner: text,
  },
  { requiredKeys: [] },
)
const body = fc
  .tuple(name, fc.constantFrom('sample' as const, 'iso' as const, 'disk' as const, 'empty' as const), chosen)
  .map(([name, from, rest]): VmCreate => ({ name, from, ...rest }))

test('the command that a request amounts to is read back to the same request, through a real shell', () => {
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 20 }), (bodies) => {
      expect(shellWords(bodies.map(createCommand)).map(readBack)).toEqual(bodies)
    }),
    { numRuns: 60 },
  )
})

test('the command reads as a person would write it', () => {
  const command = createCommand({
    name: 'web1',
    from: 'iso',
    memoryMiB: 2048,
    vcpus: 2,
    iso: { pool: 'floe', volume: 'debian-13.iso' },
    disks: [{ sizeGiB: 20 }, { pool: 'default', volume: 'old disk.qcow2' }],
    networks: ['default'],
    tags: [],
    start: true,
  })
  expect(command).toBe(
    "floe vm create web1 --from iso --memory 2GiB --vcpus 2 --iso floe/debian-13.iso --disk 20GiB --disk 'default/old disk.qcow2' --network default --start",
  )
  expect(createCommand({ name: 'a', from: 'empty', memoryMiB: 1500, disks: [], networks: [], start: false })).toBe(
    'floe vm create a --from empty --memory 1500MiB --no-disk --no-network',
  )
})

test('without --from it is what there is to boot', () => {
  const from = (...options: string[]) => readBack(['floe', 'vm', 'create', 'x', ...options]).from
  expect(from()).toBe('empty')
  expect(from('--disk', '20GiB')).toBe('empty')
  expect(from('--disk', 'a/b.iso,device=cdrom')).toBe('empty')
  expect(from('--disk', 'a/b.qcow2')).toBe('disk')
  expect(from('--iso', 'a/b.iso', '--disk', 'a/b.qcow2')).toBe('iso')
})

test('sizes are binary, by whatever name, and may be fractions', () => {
  const size = (text: string) => parseDisk(text)
  expect(['20G', '20GiB', '20480M', '0.5TiB', '512 MiB'].map(size)).toEqual([
    { sizeGiB: 20 },
    { sizeGiB: 20 },
    { sizeGiB: 20 },
    { sizeGiB: 512 },
    { sizeGiB: 0.5 },
  ])
})

test('a volume is a pool and a name; names may hold slashes and commas', () => {
  expect(parseVolume('floe/a/b,,c.iso')).toEqual({ pool: 'floe', volume: 'a/b,c.iso' })
  for (const wrong of ['a.iso', '', 'pool=a', 'a/b,device=cdrom', 'a/b,c'])
    expect(() => parseVolume(wrong)).toThrow(/POOL\/VOLUME|has no value/)
})
