import type { StreamMessage, StreamState } from '@floe/client'
import type { Command } from 'commander'

import { authorOf, differencesOf } from './change.ts'
import type { Context } from './context.ts'
import { Interrupted } from './io.ts'
import { when } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { jsonLine } from './output/write.ts'
import { addExample, parseInteger } from './verb-parts.ts'

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
    const interrupted = context.io.onInterrupt()
    const failed = new AbortController()
    const signal = AbortSignal.any([interrupted, failed.signal])
    let stood = false
    const onConnection = (state: StreamState) => {
      if (state.connected) stood = true
      // What stood once is waited for; what never did is not there.
      else if (stood) context.say(`The stream was cut (${oneLine(state.error.message)}). Trying again.`)
      else failed.abort(state.error)
    }
    const line = lineOf[context.globals().output]
    for await (const message of client.changes({ since, signal, onConnection })) {
      const text = await line(message)
      if (text !== undefined && !context.io.stdout.write(text)) await drained(context)
    }
    failed.signal.throwIfAborted()
    if (interrupted.aborted) throw new Interrupted()
  })
}

/** A reader that is slower than the changes holds the stream back instead of filling memory. */
const drained = ({ io }: Context) => new Promise<void>((resolve) => void io.stdout.once('drain', resolve))

const lineOf = {
  table: (message: StreamMessage): string | undefined => {
    if (message.type === 'hello') return undefined
    if (message.type === 'resync')
      // Why it was is said to a page; here the list is what to look at.
      return `${when(new Date().toISOString())}  some changes were missed here; "floe change list" has them\n`
    const { change } = message
    const difference = differencesOf(change)
    const words = [
      when(change.at),
      authorOf(change),
      ...(change.object ? [change.object.name] : []),
      change.title,
      ...(difference ? [difference] : []),
    ]
    return `${words.map((one) => oneLine(one ?? '–')).join('  ')}\n`
  },
  json: jsonLine,
  yaml: async (message: StreamMessage): Promise<string> => {
    const { stringify } = await import('yaml')
    return `---\n${stringify(message, { lineWidth: 0 })}`
  },
}
