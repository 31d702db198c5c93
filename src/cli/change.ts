import type { Change } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { when } from './output/figures.ts'
import { addGroup } from './program.ts'

export const authorOf = ({ author }: Change): string => (author.kind === 'user' ? author.name : author.kind)

/** `memory 2 GiB → 4 GiB`, for each difference. */
export const differencesOf = ({ differences }: Change): string =>
  differences.map(({ field, before, after }) => `${field} ${before ?? '–'} → ${after ?? '–'}`).join('; ')

export function register(program: Command, context: Context): void {
  addVerb<Change>(addGroup(program, 'change'), context, {
    operation: 'listChanges',
    name: 'list',
    example: 'change list --vm web1 --author outside',
    words: { host: 'Only of this host.', author: 'Who did it; outside: with virsh, say.', kind: 'Like vm.started.' },
    show: {
      as: 'list',
      newest: 50,
      none: 'No such changes.',
      columns: [
        { title: 'when', value: (change) => when(change.at) },
        { title: 'who', value: authorOf },
        { title: 'what', value: (change) => change.title },
        {
          title: 'object',
          value: ({ object }) => object && (object.kind === 'task' ? 'task' : `${object.kind} ${object.name}`),
        },
        { title: 'task', value: (change) => change.task, right: true },
        { title: 'difference', value: differencesOf },
      ],
    },
  })
}
