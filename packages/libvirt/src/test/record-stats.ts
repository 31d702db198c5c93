/** Records one running guest's bulk statistics, every group, as bytes for the fake daemon:
 *  `node --conditions=floe-source packages/libvirt/src/test/record-stats.ts`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { dial } from '../dial.ts'
import { flags } from '../table/flags.ts'
import { typedParams } from '../table/typed-params.ts'
import { messageMax } from '../xdr/limits.ts'
import { XdrWriter } from '../xdr/writer.ts'
import { guestXml, qemuHost } from './qemu-host.ts'

const file = new URL('../testing/recorded-stats.gen.ts', import.meta.url)

await using host = await qemuHost()
await using connection = await dial(host.target, { deadlineMs: 60_000 })
const { call } = connection
const image = (name: string): string => join(host.images, name)
for (const name of ['vda', 'vdb', 'vdc']) await writeFile(image(name), Buffer.alloc(1 << 20))
const disk = (name: string): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='raw' iothread='1'/><source file='${image(name)}'/>
   <target dev='${name}' bus='virtio'/></disk>`
const nic = (last: number): string =>
  `<interface type='network'><mac address='52:54:00:00:00:0${last}'/><source network='n'/><model type='virtio'/></interface>`
await call.networkCreateXml({ xml: "<network><name>n</name><bridge name='virbr9'/></network>" })
const xml = guestXml('vm', image('vda'))
  .replace('<vcpu>1</vcpu>', '<vcpu>4</vcpu><iothreads>1</iothreads>')
  .replace('</devices>', `${disk('vdb')}${disk('vdc')}${nic(1)}${nic(2)}</devices>`)
const { dom } = await call.domainCreateXml({ xml })
await call.domainStartDirtyRateCalc({ dom, seconds: 1 })
const groups = flags.domainStats
const stats = Object.values(groups).reduce((all, bit) => all | bit, 0)
const { records } = await call.connectGetAllDomainStats({ doms: [dom], stats })
// The scratch folder's name is of no interest.
const params = records[0]!.params.map((param) =>
  param.type === 'string' ? { ...param, value: param.value.replace(host.dir, '/floe') } : param,
)
await call.domainDestroyFlags({ dom })

const writer = new XdrWriter(messageMax)
typedParams.write(writer, params)
const text = writer.done().toString('base64')
const { version } = await call.connectGetLibVersion()
await writeFile(
  file,
  `/** The typed parameters of one running guest, all ${params.length} of them, as libvirt ${version} sent them. Made by test/record-stats.ts. */
export const recordedStatsBase64 =
  '${text}'
`,
)
console.log(`${params.length} values`)
