import type { Volume } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { size } from './output/figures.ts'
import { addGroup } from './program.ts'

export function register(program: Command, context: Context): void {
  addVerb<Volume>(addGroup(program, 'volume'), context, {
    operation: 'listVolumes',
    name: 'list',
    example: 'volume list --pool default --kind iso',
    words: { pool: 'Only of this pool.', kind: 'Only of this kind.' },
    show: {
      as: 'list',
      none: 'No such volumes.',
      columns: [
        { title: 'pool', value: (volume) => volume.pool },
        { title: 'name', value: (volume) => volume.name },
        { title: 'host', value: (volume) => volume.host },
        { title: 'kind', value: (volume) => volume.kind },
        { title: 'format', value: (volume) => volume.format },
        { title: 'size', value: (volume) => size(volume.capacityBytes), right: true },
        { title: 'allocated', value: (volume) => size(volume.allocationBytes), right: true },
        { title: 'used by', value: (volume) => volume.usedBy.join(', ') },
      ],
    },
  })
}
