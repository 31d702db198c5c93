import type { Vm, VmDetail } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { addVerb } from '../from-operation.ts'
import { addGroup } from '../program.ts'
import { addConsole } from './console-command.ts'
import { addCreate } from './create.ts'
import { addDelete } from './delete.ts'
import { addScreenshot } from './screenshot.ts'
import { noticeOf, vmColumns, vmText } from './view.ts'

const none = 'No such VMs. "floe vm create welcome --from sample --start" makes one.'

export function register(program: Command, context: Context): void {
  const group = addGroup(program, 'vm')
  const show = { as: 'one', text: (vm: Vm) => `${vm.name}: ${noticeOf(vm) ?? vm.state}\n` } as const
  addVerb<Vm>(group, context, {
    operation: 'listVms',
    name: 'list',
    example: 'vm list --state running --sort -memory',
    rename: { q: 'search' },
    words: {
      state: 'One of libvirt’s: running, shutoff, paused, crashed, …',
      host: 'Only of this host.',
      sort: 'By what; a hyphen turns it round.',
    },
    show: { as: 'list', columns: vmColumns, none },
  })
  addVerb<VmDetail>(group, context, {
    operation: 'getVm',
    name: 'show',
    example: 'vm show web1',
    show: { as: 'one', text: vmText },
  })
  addCreate(group, context)
  for (const [name, operation] of [
    ['start', 'startVm'],
    ['shutdown', 'shutDownVm'],
    ['poweroff', 'powerOffVm'],
    ['take-over', 'takeOverVm'],
  ] as const) {
    addVerb(group, context, { operation, name, example: `vm ${name} web1`, show: { as: 'task' } })
  }
  addDelete(group, context)
  addVerb<Vm>(group, context, {
    operation: 'editVm',
    name: 'edit',
    example: 'vm edit web1 --notes "The shop" --tag production --protected',
    words: { notes: 'For people.', tags: 'All its tags from now on.', protected: 'It cannot be deleted.' },
    show,
  })
  addVerb<Vm>(group, context, {
    operation: 'keepDrift',
    name: 'keep-drift',
    example: 'vm keep-drift web1',
    show: { as: 'one', text: ({ name }) => `${name} is kept as it is now: what was changed outside counts.\n` },
  })
  addConsole(group, context)
  addScreenshot(group, context)
}
