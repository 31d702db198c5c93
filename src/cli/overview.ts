import type { Overview } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { size, when } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { facts } from './output/table.ts'

const counts = (by: Readonly<Record<string, number>>): string =>
  Object.entries(by)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ') || 'none'

const needs = ({ needs }: Overview): readonly string[] =>
  needs.length === 0
    ? ['Nothing needs attention.']
    : needs.map(({ object, title, since, remedy }) => {
        const from = since === null ? '' : ` (since ${when(since)})`
        return oneLine(`${object === null ? '' : `${object.kind} ${object.name}: `}${title}${from} ${remedy}`)
      })

const text = (overview: Overview): string =>
  [
    ...needs(overview),
    '',
    facts([
      ['VMs', counts(overview.vms)],
      ['Hosts', counts(overview.hosts)],
      ['Memory', `${size(overview.memory.givenBytes)} given of ${size(overview.memory.totalBytes)}`],
      ['Storage', `${size(overview.pools.availableBytes)} free of ${size(overview.pools.capacityBytes)}`],
    ]),
  ].join('\n')

export function register(program: Command, context: Context): void {
  addVerb<Overview>(program, context, {
    operation: 'overview',
    name: 'overview',
    example: 'overview',
    show: { as: 'one', text },
  })
}
