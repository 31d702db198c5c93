import type { Client, VmDetail } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { CliError, exitCode } from '../exit.ts'
import { runTask } from '../run-task.ts'
import { addExample, addWait } from '../verb-parts.ts'

type Options = { readonly removeDisks?: boolean; readonly yes?: boolean; readonly wait?: boolean }

/** By hand: what it removes cannot come back, so it asks. */
export function addDelete(group: Command, context: Context): void {
  const command = group
    .command('delete')
    .summary('Delete a VM.')
    .description(
      'Delete a VM. Its disks stay unless --remove-disks says otherwise. Asks first; without a terminal it wants --yes.',
    )
    .argument('<vm>', 'Id, or name.')
    .option(
      '--remove-disks',
      'Also remove its disks in Floe’s own pool that nothing else uses, whoever made them; for ever.',
    )
    .option('-y, --yes', 'Do not ask.')
  addWait(command)
  addExample(command, 'vm delete web1', 'vm delete web1 --remove-disks --yes')
  command.action(async (vm: string, options: Options) => {
    if (!options.yes) refuseUnasked(context, vm)
    const client = await context.client()
    if (!options.yes) await ask(context, client, vm, options)
    const { task } = await client.deleteVm({
      params: { vm },
      ...(options.removeDisks && { query: { disks: 'remove' } }),
    })
    context.exit = await runTask(context, client, task, { wait: options.wait !== false })
  })
}

function refuseUnasked(context: Context, vm: string): void {
  if (context.io.stdin.isTTY === true) return
  throw new CliError(exitCode.usage, `Deleting ${vm} cannot be undone. Add --yes to do it without being asked.`)
}

async function ask(context: Context, client: Client, vm: string, { removeDisks }: Options): Promise<void> {
  const found = await client.getVm({ params: { vm } })
  const { confirm } = await import('../login/prompt.ts')
  const sure = await confirm(context.io, questionOf(found, removeDisks === true))
  if (!sure) throw new CliError(exitCode.failed, `${found.name} is left as it is.`)
}

/** Names the disks, where there are some, and what becomes of each. */
function questionOf({ name, disks, removable }: VmDetail, removeDisks: boolean): string {
  const named = (pool: string, volume: string): string => `${pool}/${volume}`
  const all = disks
    .filter((disk) => disk.device === 'disk')
    .map((disk) => (disk.pool !== null && disk.volume !== null ? named(disk.pool, disk.volume) : disk.source))
    .filter((one) => one !== null)
  const goes = removeDisks ? removable.map(({ pool, volume }) => named(pool, volume)) : []
  const stays = all.filter((one) => !goes.includes(one))
  const question = goes.length === 0 ? `Delete ${name}?` : `Delete ${name} and its ${counted(goes)} for ever?`
  return stays.length === 0 ? question : `${question} Its ${counted(stays)} will stay.`
}

const counted = (disks: readonly string[]): string => `${disks.length === 1 ? 'disk' : 'disks'} ${disks.join(', ')}`
