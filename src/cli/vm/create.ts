import { operations, type DiskRequest, type Schema } from '@floe/client'
import { Option, type Command } from 'commander'

import type { Context } from '../context.ts'
import { facts } from '../output/table.ts'
import { writeOne } from '../output/write.ts'
import { runTask } from '../run-task.ts'
import { addExample, addWait, collect, parseInteger } from '../verb-parts.ts'
import { bodyOf, parseDisk, parseMemory, parseVolume, type CreateOptions } from './create-body.ts'

const fields: Readonly<Record<string, Schema>> = operations.createVm.body.properties
const choice = (name: string, field: string, words: string): Option =>
  new Option(`--${name} <which>`, words).choices(fields[field]!.enum!)

/** The options of `vm create`; also read back by whoever shows the command that a request amounts to. */
export const addCreateOptions = (command: Command): Command =>
  command
    .argument('<name>', fields['name']!.description)
    .addOption(
      choice(
        'from',
        'from',
        'What it boots: the sample guest, an ISO image, an existing disk, or nothing yet. Left out: what --iso or --disk say.',
      ),
    )
    .addOption(new Option('--memory <size>', 'Like 2GiB or 512MiB.').argParser(parseMemory))
    .addOption(new Option('--vcpus <count>', 'Virtual processors.').argParser(parseInteger))
    .addOption(new Option('--iso <pool/volume>', 'The image in its CD-ROM drive.').argParser(parseVolume))
    .addOption(
      new Option(
        '--disk <disk>',
        'A new one by its size: 20GiB[,pool=POOL][,format=qcow2|raw]. An existing one: POOL/VOLUME[,device=disk|cdrom]. Once for each.',
      ).argParser(addDisk),
    )
    .option('--no-disk', 'No disk at all.')
    .option('--network <network>', 'A libvirt network of the host, one NIC each. Once for each.', collect)
    .option('--no-network', 'No NIC at all.')
    .option('--host <host>', 'Where; chosen when left out.')
    .addOption(choice('firmware', 'firmware', 'Chosen when left out.'))
    .option('--tag <tag>', 'Once for each.', collect)
    .option('--notes <text>', 'For people.')
    .option('--owner <user>', 'The person it belongs to.')
    .option('--start', 'Start it too.')

const addDisk = (text: string, before: readonly DiskRequest[] | undefined): readonly DiskRequest[] => [
  ...(before ?? []),
  parseDisk(text),
]

export function addCreate(group: Command, context: Context): void {
  const command = addCreateOptions(
    group.command('create').description('Create a VM. What is left out is chosen.'),
  ).option('--plan', 'Only say what would be chosen, and why.')
  addWait(command)
  addExample(
    command,
    'vm create welcome --from sample --start',
    'vm create web1 --from iso --iso floe/debian-13.iso --disk 20GiB --memory 2GiB --vcpus 2 --network default --start',
    'vm create old --from disk --disk default/old.qcow2',
  )
  command.action(async (name: string, options: CreateOptions & { plan?: boolean; wait?: boolean }) => {
    context.fields = names
    const client = await context.client()
    const body = bodyOf(name, options)
    if (options.plan) {
      const plan = await client.planVm({ body })
      await writeOne(context.io, context.globals().output, plan, planText)
      return
    }
    const { task } = await client.createVm({ body })
    context.exit = await runTask(context, client, task, { wait: options.wait !== false })
  })
}

/** How the fields of the request are said here. */
const names: Readonly<Record<string, string>> = {
  name: '<name>',
  from: '--from',
  host: '--host',
  memoryMiB: '--memory (in MiB)',
  vcpus: '--vcpus',
  iso: '--iso',
  disks: '--disk',
  'disks.sizeGiB': '--disk (in GiB)',
  networks: '--network',
  firmware: '--firmware',
  notes: '--notes',
  tags: '--tag',
  owner: '--owner',
}

type Plan = {
  readonly command: string
  readonly chosen: readonly { readonly what: string; readonly value: string; readonly because: string }[]
  readonly obstacles: readonly { readonly title: string }[]
  readonly warnings: readonly { readonly title: string }[]
}

const planText = (plan: Plan): string =>
  [
    ...plan.obstacles.map(({ title }) => `In the way: ${title}\n`),
    ...plan.warnings.map(({ title }) => `Beware: ${title}\n`),
    facts(plan.chosen.map(({ what, value, because }) => [what, `${value} (${because})`])),
    `\n${plan.command}\n`,
  ].join('')
