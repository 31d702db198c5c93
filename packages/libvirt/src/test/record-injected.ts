/** What a guest's agent, a guest's hardware and a QEMU in trouble bring about, recorded as record-virsh.ts does. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { fakeAgent } from './fake-agent.ts'
import { guestXml, qemuHost, qemuOf } from './qemu-host.ts'
import { record } from './tape.ts'

const run = promisify(execFile)
const injector = new URL('inject.py', import.meta.url).pathname

const agentCalls = [
  'version --daemon',
  'guestinfo vm',
  'domfsinfo vm',
  'domfsfreeze vm',
  'domfsthaw vm',
  'domfsfreeze vm --mountpoint / --mountpoint /srv',
  'domfsthaw vm --mountpoint /',
  'domfstrim vm --minimum 4096 --mountpoint /',
  'domtime vm',
  'domtime vm --time 1600000000',
  'domhostname vm --source agent',
  'domifaddr vm --source agent',
  'guestvcpus vm',
  'guestvcpus vm 1 --disable',
  'set-user-password vm root secret',
  'get-user-sshkeys vm root',
  'set-user-sshkeys vm root --file DIR/keys',
]

await using host = await qemuHost()
const { dir } = host
await using _agent = await fakeAgent(join(dir, 'agent'))
const channel = `<channel type='unix'><source mode='connect' path='${dir}/agent'/>
  <target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  <memory model='virtio-mem'><target><size unit='MiB'>64</size><node>0</node><block unit='MiB'>2</block>
  <requested unit='MiB'>0</requested></target></memory></devices>`
await writeFile(join(host.images, 'vm.img'), Buffer.alloc(1 << 20))
const xml = guestXml('vm', join(host.images, 'vm.img'))
  .replace("<memory unit='MiB'>64</memory>", "<maxMemory slots='4' unit='MiB'>512</maxMemory>$&")
  .replace('<vcpu>1</vcpu>', "<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>")
  .replace('</devices>', channel)
await writeFile(join(dir, 'vm.xml'), xml)
await writeFile(join(dir, 'keys'), 'ssh-ed25519 CCCC three\n')
await record({
  name: 'injected',
  uri: 'qemu+unix:///system',
  upstream: (host.target.via as { unix: string }).unix,
  dir,
  lines: [`create ${dir}/vm.xml`],
  script: async (virshOn) => {
    const pid = String(qemuOf(host, 'vm'))
    const say = async (event: string, data: object): Promise<unknown> =>
      run('/usr/bin/python3', [
        injector,
        'qmp',
        pid,
        JSON.stringify({ timestamp: { seconds: 1, microseconds: 0 }, event, data }),
      ])
    await say('VSERPORT_CHANGE', { open: true, id: 'channel0' })
    await virshOn(agentCalls.map((line) => line.replaceAll('DIR', dir)))
    const flags = { 'action-required': true, recursive: false }
    await say('MEMORY_FAILURE', { recipient: 'guest', action: 'inject', flags })
    await say('MEMORY_DEVICE_SIZE_CHANGE', { id: 'virtiomem0', size: 2 << 20, 'qom-path': '/machine/virtiomem0' })
    await say('DEVICE_UNPLUG_GUEST_ERROR', { device: 'balloon0', path: '/machine/peripheral/balloon0' })
    await run('/usr/bin/python3', [injector, 'udev', pid, '/devices/virtual/net/lo', 'net'])
    await run('/usr/bin/python3', [injector, 'qmp', pid, '{this is no answer'])
  },
})
