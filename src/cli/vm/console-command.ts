import { InvalidArgumentError, Option, type Command } from 'commander'

import type { Context } from '../context.ts'
import { Interrupted } from '../io.ts'
import { printable } from '../output/printable.ts'
import { addExample } from '../verb-parts.ts'
import type { Left } from './terminal.ts'

export function addConsole(group: Command, context: Context): void {
  const command = group
    .command('console')
    .summary('Open the serial console of a VM in this terminal.')
    .description(
      'Open the serial console of a VM in this terminal. Ctrl-] leaves it. What is piped in is typed into the guest, and the console is left once nothing has come for a while after its end.',
    )
    .argument('<vm>', 'Id, or name.')
    .addOption(
      new Option('--idle <seconds>', 'Without a terminal: for how long nothing has come.')
        .argParser(parseSeconds)
        .default(2),
    )
  addExample(command, 'vm console web1', "printf 'uptime\\n' | floe vm console web1 --idle 5")
  command.action(async (vm: string, { idle }: { idle: number }) => {
    const { io } = context
    const { joinTerminal } = await import('./terminal.ts')
    const client = await context.clientWithConsoles()
    // On a terminal in raw mode Ctrl-C is a key of the guest's.
    const terminal = io.stdin.isTTY === true
    const signal = terminal ? new AbortController().signal : io.onInterrupt()
    const console = await client.console({ vm, kind: 'serial', signal })
    context.say(`The serial console of ${printable(vm)}.${terminal ? ' Ctrl-] leaves it.' : ''}`)
    const how = await joinTerminal(io, console, idle * 1000)
    if (signal.aborted) throw new Interrupted()
    const { reason } = await console.closed
    context.say(`\n${lastWords(how, vm, reason)}`)
  })
}

function lastWords(how: Left, vm: string, reason: string): string {
  if (how === 'ended there') return `The console ended${reason ? `: ${printable(reason)}` : '.'}`
  return `Left the console of ${printable(vm)}${how === 'left' ? '' : ': the input was at its end'}.`
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() === '' || !(seconds >= 0 && seconds <= 86_400)) throw new InvalidArgumentError('It is in seconds.')
  return seconds
}
