import { writeFile } from 'node:fs/promises'

import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { CliError, exitCode } from '../exit.ts'
import { addExample } from '../verb-parts.ts'

export function addScreenshot(group: Command, context: Context): void {
  const command = group
    .command('screenshot')
    .description('Save a picture of the screen as PNG.')
    .argument('<vm>', 'Id, or name.')
    .argument('[file]', 'Where to; standard output when left out.')
  addExample(command, 'vm screenshot web1 web1.png')
  command.action(async (vm: string, file: string | undefined) => {
    const { io } = context
    if (file === undefined && io.stdout.isTTY === true) {
      throw new CliError(exitCode.usage, 'A terminal shows no PNG. Name a file after the VM.')
    }
    const client = await context.client()
    const picture = Buffer.from(await (await client.screenshotVm({ params: { vm } })).arrayBuffer())
    if (file === undefined) io.stdout.write(picture)
    else await save(file, picture)
  })
}

const save = (file: string, picture: Buffer): Promise<void> =>
  writeFile(file, picture).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new CliError(exitCode.failed, `The picture was not written to ${file}: ${why}.`, error)
  })
