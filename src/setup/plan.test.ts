import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { record } from '../db/cluster/index.ts'
import { writeConfig } from './config.ts'
import { entrySteps, programSteps } from './plan.ts'
import { parts, root } from './testing.ts'

/** The facts of a machine where everything runs; each test changes some. */
const settled = {
  fact_missing: '',
  fact_interrupted: '',
  fact_user: '',
  fact_group: '',
  fact_kvm: '',
  fact_node: '',
  fact_build: '',
  fact_libvirt: '',
  fact_program: '',
  fact_config: 'there',
  fact_listen: '127.0.0.1:7070',
  fact_cert: '',
  fact_host: 'true',
  fact_sample: 'true',
  fact_password: 'true',
  fact_parts: 'there',
  fact_floe: 'runs',
  fact_database: 'runs',
  wish_sample: 'yes',
  wish_cert: '',
  plan_address: '127.0.0.1:7070',
}
const fresh = {
  fact_missing: 'qemu-utils',
  fact_user: 'yes',
  fact_node: 'missing',
  fact_build: 'missing',
  fact_libvirt: 'silent',
  fact_config: '',
  fact_listen: '',
  fact_host: '',
  fact_sample: '',
  fact_password: '',
  fact_parts: '',
  fact_floe: '',
  fact_database: 'none',
}
const rebooted = { fact_floe: '', fact_database: 'stopped', fact_libvirt: 'silent' }

/** Decides from facts alone: the names of the steps, and whether a yes is needed. */
const decide = (facts: Partial<typeof settled>) => {
  const set = Object.entries({ ...settled, ...facts }).map(([name, value]) => `${name}='${value}'`)
  const { stdout } = parts(`${set.join('\n')}\ndecide_plan\necho "$plan"\nneeds_yes && echo asks || echo goes`)
  return stdout.trimEnd()
}

test('the plan is what the facts call for, and starting what is set up asks nothing', () => {
  expect(decide({})).toBe('\ngoes')
  expect(decide(fresh)).toBe(
    'packages user node build libvirt database sample-parts floe host sample-vm password\nasks',
  )
  expect(decide(rebooted)).toBe('libvirt database floe\ngoes')
  expect(decide({ fact_build: 'missing' })).toBe('build libvirt floe\nasks')
  expect(decide({ fact_program: 'other' })).toBe('libvirt floe\nasks')
  expect(decide({ fact_parts: '', fact_sample: '', wish_sample: 'no' })).toBe('\ngoes')
  expect(decide({ fact_database: 'elsewhere', fact_floe: '' })).toBe('libvirt floe\ngoes')
})

test('another address or certificate is in the plan, is asked about, and gives no other password', () => {
  expect(decide({ plan_address: '0.0.0.0:7070' })).toBe('libvirt floe\nasks')
  expect(decide({ plan_address: '0.0.0.0:7070', ...rebooted })).toBe('libvirt database floe\nasks')
  expect(decide({ wish_cert: '/c.pem', fact_cert: '/old.pem' })).toBe('libvirt floe\nasks')
})

test('the printed plan has a line for each step, and what changes is said', () => {
  const set = Object.entries({ ...settled, ...fresh, plan_address: '0.0.0.0:7070' }).map(([n, v]) => `${n}='${v}'`)
  const { stdout } = parts(`${set.join('\n')}\nuser=floe wish_data=/srv/f node_version=24\ndecide_plan\nshow_plan`)
  const lines = stdout.split('\n').filter((line) => /^ +\d+\. /.test(line))
  expect(lines.map((line) => Number(/\d+/.exec(line)))).toEqual(Array.from({ length: 11 }, (_, n) => n + 1))
  for (const line of lines) expect(line).toMatch(/^ +\d+\. \S.{10}/)
  expect(stdout).toContain('by HTTPS')
  expect(stdout).toContain('storage pool')
  const moved = Object.entries({ ...settled, plan_address: '127.0.0.1:80' }).map(([n, v]) => `${n}='${v}'`)
  expect(parts(`${moved.join('\n')}\nuser=floe wish_data=/srv/f\ndecide_plan\nshow_plan`).stdout).toContain(
    'Start Floe at 127.0.0.1:80, instead of 127.0.0.1:7070; virtual machines stay running',
  )
})

test('each step of a plan is done by exactly one side', () => {
  const source = readFileSync(join(root, 'setup/plan.sh'), 'utf8')
  const decided = Array.from(source.matchAll(/plan="\$plan ([a-z-]+)"/g), (match) => match[1]!)
  expect(decided).toEqual([...entrySteps, ...programSteps])
  const run = source.slice(source.indexOf('run_plan()'))
  for (const name of decided) {
    expect(source).toMatch(new RegExp(`^ +${name}\\)`, 'm'))
    expect(new RegExp(`^ +${name}\\)`, 'm').test(run)).toBe((entrySteps as readonly string[]).includes(name))
  }
})

test('a process is told by its start and its boot, as the program records it', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'floe-pid-')), 'x.pid')
  try {
    record(file, process.pid)
    const alive = () => parts(`is_alive ${file} && echo lives || echo gone`).stdout
    expect(alive()).toBe('lives\n')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"started":"\d/, '"started":"9'))
    expect(alive()).toBe('gone\n')
    rmSync(file)
    expect(alive()).toBe('gone\n')
  } finally {
    rmSync(dirname(file), { recursive: true })
  }
})

test('the settings that the program writes are read field by field', () => {
  const data = mkdtempSync(join(tmpdir(), 'floe-facts-'))
  try {
    const tls = { cert: '/etc/my certs/c.pem', key: '/k.pem' }
    writeConfig(data, { id: 'x', listen: '[::]:7070', tls, pool: 'floe', imagesDir: '/i', sampleMade: true })
    const { stdout } = parts(
      `wish_data=${data} wish_listen=''\ncollect_copy_facts\necho "$fact_listen|$fact_cert|$fact_sample|$fact_host|$plan_address|$fact_database"`,
    )
    expect(stdout).toBe('[::]:7070|/etc/my certs/c.pem|true||[::]:7070|none\n')
  } finally {
    rmSync(data, { recursive: true })
  }
})
