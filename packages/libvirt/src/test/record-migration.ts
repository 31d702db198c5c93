/** Migrations between two hosts, driven by the client and by the source, recorded as record-virsh.ts does on both. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { bootDisk, dirtyMemory } from './boot-sector.ts'
import { guestXml, qemuHost, type QemuHost } from './qemu-host.ts'
import { record, virsh } from './tape.ts'

const uri = 'qemu+unix:///system'
const socketOf = (host: QemuHost): string => (host.target.via as { unix: string }).unix

await using source = await qemuHost('floe-source')
await using destination = await qemuHost('floe-target')
// One folder for both, so that the fixtures have one scratch name.
const { dir } = source
const disk = join(source.images, 'vm.img')
await writeFile(disk, bootDisk([dirtyMemory]))
await writeFile(join(dir, 'vm.xml'), guestXml('vm', disk))

const direct = (to: string, more = ''): string =>
  `migrate --live --unsafe ${more} vm --desturi ${to} --migrateuri unix://${dir}/migrate.sock`
await record({
  name: 'migration-destination',
  uri,
  upstream: socketOf(destination),
  dir,
  lines: ['version --daemon'],
  script: (_, toDestination) =>
    record({
      name: 'migration-source',
      uri,
      upstream: socketOf(source),
      dir,
      lines: ['version --daemon', `create ${dir}/vm.xml`, 'migrate-setspeed vm 8'],
      script: async (virshOn, toSource) => {
        const watching = (async () => {
          for (let times = 0; times < 3; times++) await virsh(toSource, ['domjobinfo vm', 'domjobinfo vm'])
        })()
        // Without an address the destination proposes its name, which nobody can resolve here.
        await virshOn([`migrate --live --unsafe vm --desturi ${toDestination}`])
        await virshOn([direct(toDestination, '--compressed --timeout 4 --timeout-suspend')])
        await watching
        await virshOn(['domjobinfo vm --completed'])
        await virsh(`${uri}?socket=${socketOf(destination)}`, ['migrate-setspeed vm 8000'])
        await virsh(`${uri}?socket=${socketOf(destination)}`, [direct(toSource, '--p2p')])
        await virshOn([direct(toDestination, '--p2p --timeout 20 --timeout-postcopy --postcopy')])
      },
    }),
})
