import { chmod, chown, copyFile, mkdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'

import { guestFiles } from '../../testbed/guest.ts'
import { startHost, type Host } from '../../testbed/host.ts'
import { scratch } from '../../testbed/scratch.ts'
import { until } from '../../testbed/until.ts'
import type { Bench } from '../bench.ts'

const floe = join(import.meta.dirname, '../../floe')

/** `floe up` again, on a machine where everything is in place, until it serves. */
export const up: Bench = {
  name: 'up',
  title: '"floe up" again until it serves',
  rounds: 5,
  async run({ rounds, say, stack }) {
    say('starting a host of namespaces, so that this machine gets no user and no data folder')
    const libvirtdConf = ['unix_sock_group = "libvirt"']
    const host = stack.use(await startHost({ libvirtdConf, qemuUser: 'libvirt-qemu' }))
    await ownEtc(host)
    const home = stack.use(await scratch('up'))
    const data = join(home.path, 'data')
    await chmod(home.path, 0o711)
    const run = (...args: string[]) => host.inside(floe, [...args, '--data', data], { deadlineMs: 600_000 })
    const start = () => run('up', '--yes', '--no-install', '--detach', '--no-sample')
    stack.defer(async () => void (await run('down').catch(() => undefined)))

    say('the first time: user, cluster, build')
    await start()
    await giveSample(data) // the host has no network to download it from
    const again: number[] = []
    for (let round = 0; round < rounds; round++) {
      await run('down')
      const began = performance.now()
      const serves = until('an answer of /readyz', () => isReady(join(data, 'run/floe.sock')), 120_000)
      const [at] = await Promise.all([serves.then(() => performance.now()), start()])
      again.push((at - began) / 1000)
      say(`round ${round + 1}/${rounds}: ${again.at(-1)!.toFixed(2)} s`)
    }
    return [{ name: 'again_s', unit: 's', ours: again, target: { of: 'ours', atMost: 5 } }]
  },
}

/** Puts the sample where the first `up` would have downloaded it to. */
async function giveSample(data: string): Promise<void> {
  const { kernel, initrd } = await guestFiles()
  const folder = join(data, 'cache/sample')
  const { uid, gid } = await stat(join(data, 'cache'))
  await mkdir(folder, { recursive: true })
  await copyFile(initrd, join(folder, 'initrd.img'))
  await copyFile(kernel, join(folder, 'vmlinuz'))
  for (const path of [folder, join(folder, 'initrd.img'), join(folder, 'vmlinuz')]) await chown(path, uid, gid)
}

/** Lays a folder over the host's /etc, so that the user `floe` is made there. libvirt's own part comes back on top. */
async function ownEtc(host: Host): Promise<void> {
  const [upper, work] = [join(host.folder, 'etc-upper'), join(host.folder, 'etc-work')]
  for (const path of [upper, work]) await mkdir(path)
  await host.inside('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=/etc,upperdir=${upper},workdir=${work}`,
    '/etc',
  ])
  await host.inside('mount', ['--bind', join(host.folder, 'etc'), '/etc/libvirt'])
}

function isReady(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/readyz', headers: { host: 'localhost' }, timeout: 1_000 })
    asked.once('response', (answer) => resolve(answer.resume().statusCode === 200))
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
