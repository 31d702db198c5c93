import type { Pool } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { size } from './output/figures.ts'
import { addGroup } from './program.ts'

export function register(program: Command, context: Context): void {
  addVerb<Pool>(addGroup(program, 'pool'), context, {
    operation: 'listPools',
    name: 'list',
    example: 'pool list --host hv1',
    show: {
      as: 'list',
      none: 'No storage pools. libvirt on the hosts has none; "floe host refresh HOST" looks again.',
      columns: [
        { title: 'name', value: (pool) => pool.name },
        { title: 'host', value: (pool) => pool.host },
        { title: 'type', value: (pool) => pool.type },
        { title: 'state', value: (pool) => pool.state, tone: (pool) => (pool.state === 'running' ? 'good' : 'warn') },
        { title: 'size', value: (pool) => size(pool.capacityBytes), right: true },
        { title: 'used', value: (pool) => size(pool.allocationBytes), right: true },
        { title: 'free', value: (pool) => size(pool.availableBytes), right: true },
        { title: 'ours', value: (pool) => (pool.ours ? 'yes' : 'no') },
        { title: 'path', value: (pool) => pool.path },
      ],
    },
  })
}
