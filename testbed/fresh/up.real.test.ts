import { createServer, type AddressInfo } from 'node:net'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Ran } from '../run.ts'
import { until } from '../until.ts'
import { freshMachine, type FreshMachine } from './machine.ts'

/** "floe up" from a fresh clone on a fresh Debian: the tests are one story, in their order. */
let machine: FreshMachine
let ports: number[]

beforeAll(async () => {
  machine = await freshMachine()
  ports = [await freePort(), await freePort(), await freePort()]
  await machine.putClone('/root/floe')
}, 300_000)

afterAll(async () => {
  await machine?.[Symbol.asyncDispose]()
}, 600_000)

const minutes = (count: number): number => count * 60_000
const floe = (args: string, options: { user?: string; before?: string } = {}): Promise<Ran> =>
  machine.tryInside(
    `${options.before ?? ''} cd ~/floe && ./floe ${args}`,
    options.user === undefined ? {} : { user: options.user },
  )

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Everything that would tell of a change: packages, users, groups and what lies in /etc. */
const shape = (): Promise<string> =>
  machine.inside(
    "dpkg-query -W -f '${Package} ${Status}\\n'; cat /etc/passwd /etc/group; find /etc /var/lib -type f | sort | md5sum",
  )

const states = async (args = ''): Promise<Record<string, string>> => {
  const { stdout } = await floe(`vm list -o json ${args}`)
  return Object.fromEntries(
    (JSON.parse(stdout) as { name: string; state: string }[]).map(({ name, state }) => [name, state]),
  )
}

/** The processes of the machine, a line each: who and what. */
const processes = async (): Promise<string[]> => {
  const list = 'for p in /proc/[0-9]*; do echo "$(stat -c %U $p) $(tr "\\0" " " <$p/cmdline)"; done 2>/dev/null'
  return (await machine.inside(list)).split('\n').filter(Boolean)
}

test('without a terminal and without --yes the plan is printed and nothing is done', async () => {
  const before = await shape()
  const { code, stdout } = await floe('up')
  expect(code).toBe(2)
  for (const part of [
    'qemu-system-x86',
    'postgresql-15',
    'system user "floe"',
    'group "libvirt"',
    'Node 24.21.0',
    'welcome',
  ])
    expect(stdout).toContain(part)
  expect(await shape()).toBe(before)
}, 60_000)

test('on a terminal it asks, and does nothing without a yes', async () => {
  const before = await shape()
  const { stdout } = await machine.tryInside(`cd /root/floe && echo n | script -qec './floe up' /dev/null`)
  expect(stdout).toContain('Go ahead? [y/N]')
  expect(stdout).toContain('Nothing was done.')
  expect(await shape()).toBe(before)
}, 60_000)

test(
  'from a clone in root’s home, behind a held apt lock, it brings up Floe with a running VM',
  async () => {
    const holder = `perl -e 'use Fcntl; open(F, ">>", "/var/lib/dpkg/lock-frontend"); $l = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; print "held\\n"; close STDOUT; sleep 5' &`
    const { code, stdout, stderr } = await floe(`up --yes --detach --listen 127.0.0.1:${ports[0]}`, {
      before: `${holder} sleep 1;`,
    })
    expect(`${stdout}\n${stderr}`).toContain('Floe is running.')
    expect(code).toBe(0)
    expect(stderr).toMatch(/waiting: \/var\/lib\/dpkg\/lock-frontend is held by process \d+ \(perl\)/)
    expect(stdout).toContain(`http://127.0.0.1:${ports[0]}`)
    expect(stdout).toMatch(/Password {4}\S{12,}/)
    expect(await states()).toEqual({ welcome: 'running' })
  },
  minutes(15),
)

test('Floe and its database run as the user floe, and nothing else was changed on the machine', async () => {
  const ours = (await processes()).filter((line) => /floe\.mjs|postgres/.test(line))
  expect(ours.length).toBeGreaterThan(4)
  for (const line of ours) expect(line).toMatch(/^floe /)
  expect(await machine.inside('ls /etc/postgresql/*/ 2>/dev/null | wc -l')).toBe('0\n')
  expect(await machine.inside('ls /etc/postgresql-common/createcluster.d | wc -l')).toBe('0\n')
  expect(
    await machine.inside('dpkg -V libvirt-daemon-system libvirt-daemon postgresql-common | grep -c " c " || :'),
  ).toBe('0\n')
  expect(await machine.inside("dpkg-query -W -f '${Package} ' 'linux-image*' 2>/dev/null || :")).toBe('')
  const modes = await machine.inside(
    'cd /var/lib/floe && stat -c "%a %U %n" . app run log tls db floe.json run/floe.sock cache/sample/vmlinuz',
  )
  expect(modes.trim().split('\n')).toEqual([
    '750 floe .',
    '755 floe app',
    '700 floe run',
    '750 floe log',
    '700 floe tls',
    '700 floe db',
    '640 floe floe.json',
    '600 floe run/floe.sock',
    '644 floe cache/sample/vmlinuz',
  ])
}, 60_000)

test(
  'run again it has nothing to do, asks nothing and says so',
  async () => {
    const { code, stdout } = await floe('up --detach')
    expect(code).toBe(0)
    expect(stdout).toContain('nothing to do but to start Floe')
    expect(stdout).toContain('running already')
    expect((await floe('status')).code).toBe(0)
  },
  minutes(2),
)

test(
  'a taken port is refused with who has it and a free one, and nothing is started',
  async () => {
    const before = (await processes()).length
    const { code, stderr } = await floe(`up --yes --detach --data /srv/second --listen 127.0.0.1:${ports[0]}`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/is taken by process \d+ \(the Floe of \/var\/lib\/floe\)/)
    expect(stderr).toContain('--listen 127.0.0.1:')
    expect((await processes()).length).toBe(before)
  },
  minutes(2),
)

test(
  'a second copy has a sample of its own name, and neither copy touches the other’s',
  async () => {
    const { stdout, code } = await floe(`up --yes --detach --data /srv/second --listen 127.0.0.1:${ports[1]}`)
    expect(code).toBe(0)
    expect(stdout).toContain('welcome-2 is running')
    expect(await states('--data /srv/second')).toEqual({ welcome: 'running', 'welcome-2': 'running' })
    const { code: refused, stderr } = await floe('vm shutdown welcome --data /srv/second')
    expect(refused).not.toBe(0)
    expect(stderr).toContain('another Floe')
    expect(await states()).toEqual({ welcome: 'running', 'welcome-2': 'running' })
  },
  minutes(5),
)

test(
  'down ends one copy and leaves its VMs and the other copy running',
  async () => {
    const { stdout } = await floe('down')
    expect(stdout).toContain('Still running on this machine: welcome, welcome-2')
    expect(stdout).toContain('libvirtd stays')
    expect((await floe('status')).code).toBe(3)
    expect(await states('--data /srv/second')).toEqual({ welcome: 'running', 'welcome-2': 'running' })
    expect((await floe('up --detach')).code).toBe(0)
    expect(await states()).toEqual({ welcome: 'running', 'welcome-2': 'running' })
  },
  minutes(3),
)

test(
  'an ordinary user gets one in their home, although their membership in libvirt is newer than their session',
  async () => {
    await machine.addUser('alice', { sudo: true })
    await machine.inside(
      'cp -a /root/floe /home/alice/ && rm -rf /home/alice/floe/dist && chown -R alice: /home/alice/floe',
    )
    const { code, stdout, stderr } = await floe(`up --yes --detach --listen 127.0.0.1:${ports[2]}`, { user: 'alice' })
    expect(`${stdout}\n${stderr}`).toContain('Floe is running.')
    expect(code).toBe(0)
    expect(stdout).toContain('Make "alice" a member of the group "libvirt" (with sudo)')
    expect(stdout).toContain('welcome-3 is running')
    const hers = (await processes()).filter((line) => line.includes('/home/alice/.local/state/floe'))
    expect(hers.length).toBeGreaterThan(3)
    for (const line of hers) expect(line).toMatch(/^alice /)
    expect((await floe('down --stop-vms', { user: 'alice' })).stdout).toContain('Floe was ended')
  },
  minutes(10),
)

test(
  'killed after any of its steps, the next run heals what is half done',
  async () => {
    await floe('down --data /srv/second --stop-vms')
    await machine.inside('virsh destroy welcome; virsh undefine welcome')
    await floe('down')
    await machine.inside('rm -rf /var/lib/floe /root/floe/dist')
    let killed = 0
    for (let step = 1; step < 20; step++) {
      const script = `cd /root/floe && setsid sh -c './floe up --yes --detach --listen 127.0.0.1:${ports[0]} >/tmp/up.log 2>&1' & p=$!
      while kill -0 $p 2>/dev/null && ! grep -q '^\\[${step}/' /tmp/up.log 2>/dev/null; do sleep 0.05; done
      kill -9 -$p 2>/dev/null; wait $p; grep -c '^\\[${step}/' /tmp/up.log; rm -f /tmp/up.log`
      const { stdout } = await machine.tryInside(script)
      if (stdout.trim() === '0') break
      killed++
    }
    expect(killed).toBeGreaterThan(5)
    const { code, stdout, stderr } = await floe('up --yes --detach')
    expect(`${stdout}\n${stderr}`).toMatch(/Floe (is running|was running already)/)
    expect(code).toBe(0)
    await until('welcome runs', async () => (await states())['welcome'] === 'running', 60_000)
    expect(await machine.inside('virsh list --name')).toBe('welcome\n\n')
  },
  minutes(10),
)

test(
  'down with --stop-vms shuts the guest down by its power button and leaves nothing behind',
  async () => {
    const { stdout } = await floe('down --stop-vms')
    expect(stdout).toContain('Shutting down welcome')
    expect(stdout).toContain('virtlogd was ended')
    const left = (await processes()).filter((line) => /floe\.mjs|postgres|libvirtd|virtlogd|qemu-system/.test(line))
    expect(left).toEqual([])
  },
  minutes(4),
)
