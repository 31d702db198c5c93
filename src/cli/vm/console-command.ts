import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { addExample } from '../from-operation.ts'
import { Interrupted } from '../io.ts'
import { printable } from '../output/printable.ts'

export function addConsole(group: Command, context: Context): void {
  const command = group
    .command('console')
    .description('Open the serial console of a VM in this terminal. Ctrl-] leaves it.')
    .argument('<vm>', 'Id, or name.')
  addExample(command, 'vm console web1')
  command.action(async (vm: string) => {
    const { io } = context
    const { joinTerminal } = await import('./terminal.ts')
    const client = await context.clientWithConsoles()
    // On a terminal in raw mode Ctrl-C is a key of the guest's.
    const signal = io.stdin.isTTY === true ? new AbortController().signal : io.onInterrupt()
    const console = await client.console({ vm, kind: 'serial', signal })
    context.say(`The serial console of ${printable(vm)}. Ctrl-] leaves it.`)
    const left = await joinTerminal(io, console)
    if (signal.aborted) throw new Interrupted()
    const { reason } = await console.closed
    context.say(
      left
        ? `\nLeft the console of ${printable(vm)}.`
        : `\nThe console ended${reason ? `: ${printable(reason)}` : '.'}`,
    )
  })
}
