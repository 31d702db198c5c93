import type { Vm, VmDetail } from '@floe/client'

import { memory, size, when } from '../output/figures.ts'
import { facts, table, type Column, type Tone } from '../output/table.ts'

const tones: Readonly<Record<string, Tone>> = {
  running: 'good',
  paused: 'warn',
  pmsuspended: 'warn',
  crashed: 'bad',
  shutoff: 'faint',
  unknown: 'faint',
  undefined: 'faint',
}

/** What a person should know about the VM at a glance, the most pressing first. */
export function noticeOf(vm: Vm): string | undefined {
  if (vm.problem) return vm.problem.title
  if (vm.lock) return `${vm.lock.cause} (task ${vm.lock.task})`
  if (vm.foreign !== null) return 'run by another Floe'
  if (vm.drift) return `changed outside: ${vm.drift.title}`
  return undefined
}

export const vmColumns: readonly Column<Vm>[] = [
  { title: 'name', value: (vm) => vm.name },
  { title: 'state', value: (vm) => vm.state, tone: (vm) => tones[vm.state] },
  { title: 'host', value: (vm) => vm.host },
  { title: 'memory', value: (vm) => memory(vm.memoryMiB), right: true },
  { title: 'vcpus', value: (vm) => vm.vcpus, right: true },
  { title: 'tags', value: (vm) => vm.tags.join(', ') },
  { title: 'notice', value: noticeOf, tone: (vm) => (vm.problem ? 'bad' : 'warn') },
]

const plain = { colour: false, width: undefined }

export function vmText(vm: VmDetail): string {
  const machine = [vm.virtualization, vm.arch, vm.machine].filter(Boolean).join(', ')
  const head = facts([
    ['Name', vm.name],
    ['Id', vm.id],
    ['State', vm.reason === null ? vm.state : `${vm.state} (${vm.reason})`],
    ['Since', when(vm.since)],
    ['Host', vm.host],
    ['UUID', vm.uuid],
    ['Memory', memory(vm.memoryMiB)],
    ['vCPUs', vm.vcpus],
    ...(vm.atStart === null
      ? []
      : [['At next start', `${vm.atStart.vcpus} vCPUs, ${memory(vm.atStart.memoryMiB)}`] as const]),
    ['Machine', machine],
    ['Firmware', vm.firmware],
    ['Processor', vm.cpu],
    ['Addresses', vm.addresses.join(', ')],
    ['Serial console', vm.serial ? 'yes' : 'no'],
    ['Tags', vm.tags.join(', ')],
    ['Protected', vm.protected ? 'yes' : 'no'],
    vm.createdAt === null
      ? ['Seen since', when(vm.knownSince)]
      : ['Created', `${when(vm.createdAt)}${vm.createdBy === null ? '' : ` by ${vm.createdBy}`}`],
    ['Notes', vm.notes],
    ...warnings(vm),
  ])
  return [head, ...diskTable(vm), ...nicTable(vm), ...sightingTable(vm)].join('\n')
}

function warnings(vm: VmDetail): readonly (readonly [string, string])[] {
  return [
    ...(vm.problem ? ([['Problem', `${vm.problem.title} ${vm.problem.remedy}`]] as const) : []),
    ...(vm.lock
      ? ([['Locked', `${vm.lock.cause} (task ${vm.lock.task}, since ${when(vm.lock.since)})`]] as const)
      : []),
    ...(vm.foreign === null ? [] : ([['Run by', `another Floe (${vm.foreign}); read-only here`]] as const)),
    ...(vm.drift
      ? ([['Changed outside', `${vm.drift.title} (${when(vm.drift.at)}); "floe vm keep-drift" accepts it`]] as const)
      : []),
  ]
}

const diskTable = (vm: VmDetail): readonly string[] =>
  vm.disks.length === 0
    ? []
    : [
        table(
          vm.disks,
          [
            { title: 'disk', value: (disk) => disk.target },
            { title: 'device', value: (disk) => disk.device },
            { title: 'bus', value: (disk) => disk.bus },
            { title: 'format', value: (disk) => disk.format },
            { title: 'size', value: (disk) => size(disk.capacityBytes), right: true },
            {
              title: 'source',
              value: (disk) =>
                disk.pool !== null && disk.volume !== null ? `${disk.pool}/${disk.volume}` : disk.source,
            },
          ],
          plain,
        ),
      ]

const nicTable = (vm: VmDetail): readonly string[] =>
  vm.nics.length === 0
    ? []
    : [
        table(
          vm.nics,
          [
            { title: 'nic', value: (nic) => nic.mac },
            { title: 'kind', value: (nic) => nic.kind },
            { title: 'network', value: (nic) => nic.network },
            { title: 'model', value: (nic) => nic.model },
          ],
          plain,
        ),
      ]

/** One sighting is what the head says already; two are the trouble. */
const sightingTable = (vm: VmDetail): readonly string[] =>
  vm.sightings.length < 2
    ? []
    : [
        table(
          vm.sightings,
          [
            { title: 'seen on', value: (one) => one.host },
            { title: 'state', value: (one) => one.state },
            { title: 'uuid', value: (one) => one.uuid },
            { title: 'since', value: (one) => when(one.since) },
          ],
          plain,
        ),
      ]
