import type { Host } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { size, when } from './output/figures.ts'
import { facts, type Column, type Tone } from './output/table.ts'
import { addGroup } from './program.ts'

const tones: Readonly<Record<string, Tone>> = { up: 'good', down: 'bad', connecting: 'warn' }

const columns: readonly Column<Host>[] = [
  { title: 'name', value: (host) => host.name },
  { title: 'state', value: (host) => host.state, tone: (host) => tones[host.state] },
  { title: 'vms', value: (host) => host.vms.all, right: true },
  { title: 'running', value: (host) => host.vms.running, right: true },
  { title: 'cpus', value: (host) => host.cpus, right: true },
  { title: 'memory', value: (host) => size(host.memoryBytes), right: true },
  { title: 'free', value: (host) => size(host.memoryFreeBytes), right: true },
  {
    title: 'kvm',
    value: (host) => (host.kvm.works ? 'yes' : 'no'),
    tone: (host) => (host.kvm.works ? undefined : 'warn'),
  },
  { title: 'uri', value: (host) => host.uri },
  { title: 'notice', value: (host) => host.problem?.title ?? host.reason ?? '', tone: () => 'warn' },
]

const text = (host: Host): string =>
  facts([
    ['Name', host.name],
    ['Id', host.id],
    ['State', host.reason === null ? host.state : `${host.state}: ${host.reason}`],
    ['Since', when(host.since)],
    ['Address', host.uri],
    ['libvirt', host.libvirt],
    ['QEMU', host.qemu],
    ['Processors', host.cpuModel === null ? host.cpus : `${host.cpus} × ${host.cpuModel}`],
    ['Memory', `${size(host.memoryBytes)}, ${size(host.memoryFreeBytes) ?? 'unknown'} free`],
    ['KVM', `${host.kvm.works ? 'works' : 'does not work'}: ${host.kvm.why}`],
    ['VMs', `${host.vms.all}, ${host.vms.running} running`],
    ['Looked at', when(host.relistedAt)],
    ['Repaired', host.repaired],
    ...(host.problem ? ([['Problem', `${host.problem.title} ${host.problem.remedy}`]] as const) : []),
  ])

export function register(program: Command, context: Context): void {
  const group = addGroup(program, 'host')
  addVerb<Host>(group, context, {
    operation: 'listHosts',
    name: 'list',
    example: 'host list -o json',
    show: { as: 'list', columns, none: 'No hosts yet. "floe host add qemu:///system" adds this machine.' },
  })
  addVerb<Host>(group, context, {
    operation: 'getHost',
    name: 'show',
    example: 'host show hv1',
    show: { as: 'one', text },
  })
  addVerb(group, context, {
    operation: 'addHost',
    name: 'add',
    example: 'host add qemu:///system --name hv1',
    positional: ['uri'],
    show: { as: 'task' },
  })
  addVerb(group, context, {
    operation: 'refreshHost',
    name: 'refresh',
    example: 'host refresh hv1',
    show: { as: 'task' },
  })
}
