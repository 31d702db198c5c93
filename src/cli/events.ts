import type { StreamMessage } from '@floe/client'
import type { Command } from 'commander'

import { authorOf, differencesOf } from './change.ts'
import type { Context } from './context.ts'
import { addExample, parseInteger } from './from-operation.ts'
import { Interrupted } from './io.ts'
import { when } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { jsonLine } from './output/write.ts'

export function register(program: Command, context: Context): void {
  const command = program
    .command('events')
    .description(
      'Follow what changes, until Ctrl-C. With -o json one object a line, with the changed object as it is now.',
    )
    .option('--since <revision>', 'Go on after this revision; left out: from now.', parseInteger)
  addExample(command, 'events', 'events -o json --since 4711')
  command.action(async ({ since }: { since?: number }) => {
    const client = await context.client()
    const signal = context.io.onInterrupt()
    const onConnection = (state: { readonly connected: boolean; readonly error?: Error }) => {
      if (!state.connected) context.say(`${oneLine(state.error?.message ?? 'The stream was cut.')} Trying again.`)
    }
    const line = lineOf[context.globals().output]
    for await (const message of client.changes({ since, signal, onConnection })) {
      const text = await line(message)
      if (text !== undefined && !context.io.stdout.write(text)) await drained(context)
    }
    if (signal.aborted) throw new Interrupted()
  })
}

/** A reader that is slower than the changes holds the stream back instead of filling memory. */
const drained = ({ io }: Context) => new Promise<void>((resolve) => void io.stdout.once('drain', resolve))

const lineOf = {
  table: (message: StreamMessage): string | undefined => {
    if (message.type === 'hello') return undefined
    if (message.type === 'resync')
      return `${when(new Date().toISOString())}  some changes were missed: ${message.why}\n`
    const { change } = message
    const difference = differencesOf(change)
    const words = [when(change.at), authorOf(change), change.title, ...(difference ? [difference] : [])]
    return `${words.map((one) => oneLine(one ?? '–')).join('  ')}\n`
  },
  json: jsonLine,
  yaml: async (message: StreamMessage): Promise<string> => {
    const { stringify } = await import('yaml')
    return `---\n${stringify(message, { lineWidth: 0 })}`
  },
}
