import type { Network } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { addGroup } from './program.ts'

export function register(program: Command, context: Context): void {
  addVerb<Network>(addGroup(program, 'network'), context, {
    operation: 'listNetworks',
    name: 'list',
    example: 'network list --host hv1',
    show: {
      as: 'list',
      none: 'No networks. libvirt on the hosts has none; VMs can be created with --no-network.',
      columns: [
        { title: 'name', value: (network) => network.name },
        { title: 'host', value: (network) => network.host },
        {
          title: 'state',
          value: (network) => (network.active ? 'active' : 'inactive'),
          tone: (network) => (network.active ? 'good' : 'warn'),
        },
        { title: 'forward', value: (network) => network.forward ?? 'isolated' },
        { title: 'bridge', value: (network) => network.bridge },
        { title: 'autostart', value: (network) => (network.autostart ? 'yes' : 'no') },
      ],
    },
  })
}
