import type { Client } from '@floe/client'
import type { Command } from 'commander'

import { allPages } from '../all-pages.ts'
import { createContext, type Context } from '../context.ts'
import type { Io } from '../io.ts'
import { oneLine } from '../output/printable.ts'
import { createProgram } from '../program.ts'
import { nextOf } from './words.ts'

/** What the shells' scripts ask: one word a line, with a tab before what it is about. Silent where nothing is known. */
export function register(program: Command, context: Context): void {
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const { io } = context
      const whole = await createProgram(io, undefined)
      const next = nextOf(whole.command, words)
      const typed = words.at(-1) ?? ''
      if (next.kind === 'files') {
        io.stdout.write(':files\n')
        return
      }
      const found =
        next.kind === 'words' ? next.words : (await names(io, words, next.of)).map((word) => ({ word, about: '' }))
      for (const { word, about } of found) {
        if (word.startsWith(typed)) io.stdout.write(`${oneLine(word)}${about ? `\t${oneLine(about)}` : ''}\n`)
      }
    })
}

type Named = { readonly name: string; readonly pool?: string }
type Lists = Readonly<Record<string, (client: Client, query: Readonly<Record<string, unknown>>) => Promise<unknown>>>

const lists: Lists = {
  vm: (client, query) => client.listVms({ query }),
  host: (client, query) => client.listHosts({ query }),
  pool: (client, query) => client.listPools({ query }),
  network: (client, query) => client.listNetworks({ query }),
  user: (client) => client.listUsers(),
  iso: (client, query) => client.listVolumes({ query: { ...query, kind: 'iso' } }),
  task: (client, query) => client.listTasks({ query: { ...query, state: 'open' } }),
}

/** Names of the objects that are there. A shell waits for this: nothing, when Floe is not there. */
async function names(io: Io, words: readonly string[], kind: string): Promise<readonly string[]> {
  const valueOf = (option: string) => words.find((_, i) => words[i - 1] === option)
  const context = createContext(io, () => ({ output: 'table', data: valueOf('--data'), url: valueOf('--url') }))
  try {
    const client = await context.client()
    const rows = (await allPages((query) => lists[kind]!(client, query), 1000)) as (Named & { number?: number })[]
    const words = rows.map((row) => {
      if (kind === 'task') return `${row.number}`
      return kind === 'iso' ? `${row.pool}/${row.name}` : row.name
    })
    return [...new Set(words)]
  } catch {
    return []
  } finally {
    context.close()
  }
}
