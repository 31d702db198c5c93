import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { startController } from '../../testbed/controller.ts'
import { startHost } from '../../testbed/host.ts'
import { startPostgres } from '../../testbed/postgres.ts'
import { tryRun } from '../../testbed/run.ts'
import { interleave, type Bench } from '../bench.ts'
import { watchStarts } from '../starts.ts'

/** From the command to QEMU's start as libvirt's own event tells it, against `virsh create` of the same XML. */
export const create: Bench = {
  name: 'create',
  title: '"floe vm create --start" against "virsh create" of the same XML, up to libvirt\'s event of the start',
  rounds: 11,
  async run({ rounds, say, program, stack }) {
    say('building the bundle, starting a host and a controller')
    const bundle = await program()
    const host = stack.use(await startHost())
    const postgres = stack.use(await startPostgres()) // with fsync, as in the product
    const floe = stack.use(await startController({ host, bundle, database: postgres.url }))
    const starts = stack.use(await watchStarts(host.target))
    const cli = async (...args: string[]) => {
      const { code, stdout, stderr } = await tryRun(process.execPath, [bundle, ...args, '--data', floe.data])
      if (code !== 0) throw new Error(`floe ${args.join(' ')} ended with ${code}: ${stderr}`)
      return stdout
    }

    // One of each before the clock runs: files are in the page cache, PostgreSQL has its plans.
    await cli('vm', 'create', 'first', '--from', 'sample', '--start')
    await starts.of('first')
    const xml = await host.virsh('dumpxml', '--inactive', '--security-info', 'first')
    await host.virsh('destroy', 'first')

    const theirXml = async (name: string) => {
      const path = join(host.imagesDir, `${name}.xml`)
      await writeFile(path, sameFor(xml, name))
      return path
    }
    const timed = async (name: string, command: () => Promise<string>) => {
      const began = performance.now()
      const [at] = await Promise.all([starts.of(name), command()])
      await host.virsh('destroy', name) // a guest that boots would take the processor from the next round
      return at - began
    }
    const warm = await theirXml('warm')
    await timed('warm', () => host.virsh('create', warm))

    const { ours, theirs } = await interleave(
      { rounds, say },
      {
        ours: (n) => timed(`ours-${n}`, () => cli('vm', 'create', `ours-${n}`, '--from', 'sample', '--start')),
        theirs: async (n) => {
          const path = await theirXml(`theirs-${n}`)
          return timed(`theirs-${n}`, () => host.virsh('create', path))
        },
      },
    )
    const overhead = ours.map((mine, round) => mine - theirs[round]!)
    return [
      { name: 'overhead_ms', unit: 'ms', ours: overhead, target: { of: 'ours', atMost: 250 } },
      { name: 'create_ms', unit: 'ms', ours, theirs },
    ]
  },
}

/** The same machine under another name, without what has to be unique. */
const sameFor = (xml: string, name: string): string =>
  xml
    .replaceAll(/>first</g, `>${name}<`)
    .replaceAll(/(['/])first(['./])/g, `$1${name}$2`)
    .replace(/<uuid>[^<]*<\/uuid>/, `<uuid>${randomUUID()}</uuid>`)
    .replaceAll(/<mac address=[^>]*>/g, '')
    .replace(/<metadata>[^]*<\/metadata>/, '')
