import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { CliError, exitCode } from '../exit.ts'
import { addExample, addWait } from '../from-operation.ts'
import { runTask } from '../run-task.ts'

/** By hand: removing disks cannot come back, so it asks. */
export function addDelete(group: Command, context: Context): void {
  const command = group
    .command('delete')
    .description('Delete a VM. Its disks stay unless --remove-disks says otherwise.')
    .argument('<vm>', 'Id, or name.')
    .option('--remove-disks', 'Also remove its volumes in Floe’s own pool that no other VM uses; for ever.')
    .option('-y, --yes', 'Do not ask.')
  addWait(command)
  addExample(command, 'vm delete web1', 'vm delete web1 --remove-disks --yes')
  command.action(async (vm: string, options: { removeDisks?: boolean; yes?: boolean; wait?: boolean }) => {
    if (options.removeDisks && !options.yes) await ask(context, vm)
    const client = await context.client()
    const { task } = await client.deleteVm({
      params: { vm },
      ...(options.removeDisks && { query: { disks: 'remove' } }),
    })
    context.exit = await runTask(context, client, task, { wait: options.wait !== false })
  })
}

async function ask(context: Context, vm: string): Promise<void> {
  if (context.io.stdin.isTTY !== true) {
    throw new CliError(
      exitCode.usage,
      `Removing the disks of ${vm} cannot come back. Add --yes to do it without being asked.`,
    )
  }
  const { confirm } = await import('../login/prompt.ts')
  const sure = await confirm(context.io, `Delete ${vm} and its disks for ever?`)
  if (!sure) throw new CliError(exitCode.failed, `${vm} is left as it is.`)
}
