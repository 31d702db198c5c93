import { afterAll, beforeAll, expect, test } from 'vitest'

import { freePort } from '../free-port.ts'
import { until } from '../until.ts'
import { cloneOn, type Clone } from './clone.ts'
import { freshMachine, type FreshMachine } from './machine.ts'

/** "floe up" from a fresh clone on a fresh Debian: the tests are one story, in their order. */
let machine: FreshMachine
let { floe, shape, states, processes } = {} as Clone
let ports: number[]
let password = ''
/** A second copy's folder, as a shell reads it. */
const second = "'/srv/zweite Kopie ä'"

beforeAll(async () => {
  machine = await freshMachine()
  ;({ floe, shape, states, processes } = cloneOn(machine))
  ports = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  await machine.putClone('/root/floe')
}, 300_000)

afterAll(async () => {
  await machine?.[Symbol.asyncDispose]()
}, 600_000)

const minutes = (count: number): number => count * 60_000

/** What is left to do once everything is installed, in its order. */
const stepTitles = [
  'Building Floe',
  'libvirt',
  'Database',
  'Sample guest',
  'Floe ',
  'This machine as a host',
  'Sample virtual machine',
  'Administrator',
]

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

test('what is missing or cannot be is said before anything is done', async () => {
  const lacking = await floe('up --yes --no-install')
  expect(lacking.code).toBe(2)
  expect(lacking.stderr).toMatch(/--no-install was given: .*qemu-system-x86.*Nothing was done/)
  await machine.addUser('carol')
  await machine.inside('mkdir /root/hidden && mkdir -m 755 /srv/hers && chown carol /srv/hers')
  const refused = async (data: string, user = 'root') =>
    (await machine.tryInside(`/opt/floe/floe up --yes --data '${data}'`, { user })).stderr
  await machine.inside('cp -a /root/floe /opt/floe && chown -R carol /opt/floe')
  const before = await shape()
  expect(await refused('/root/hidden/floe')).toContain('who does not get through /root')
  expect(await refused('/srv/hers')).toContain('belongs to carol')
  expect(await refused('/proc/floe/x', 'carol')).toContain('carol may not write in /proc')
  expect(await refused('/srv/hers/mine', 'carol')).toMatch(/no sudo here.*As root, run: apt-get install/)
  expect(await shape()).toBe(before)
  await machine.inside('userdel -r carol; rm -rf /root/hidden /srv/hers /opt/floe')
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
      before: `touch /var/lib/dpkg/updates/0001; ${holder} sleep 1;`, // as a killed dpkg leaves it: apt refuses
    })
    expect(`${stdout}\n${stderr}`).toContain('Floe is running.')
    expect(code).toBe(0)
    expect(stdout).toContain('Finish the installation that was interrupted here')
    expect(stderr).toMatch(/waiting: \/var\/lib\/dpkg\/lock-frontend is held by process \d+ \(perl\)/)
    expect(stdout).toContain(`http://127.0.0.1:${ports[0]}`)
    password = /Password {4}(\S{12,})/.exec(stdout)![1]!
    const planned = [...stdout.matchAll(/^ +(\d+)\. /gm)].map((match) => match[1])
    expect(planned.length).toBeGreaterThan(9)
    expect([...stdout.matchAll(/^\[(\d+)\/(\d+)\]/gm)].map((match) => match[1])).toEqual(planned)
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
    expect(stdout).toContain('there is nothing to do')
    expect(stdout).toContain('running already; nothing was changed')
    expect(stdout).not.toMatch(/^\[/m)
    expect((await floe('status')).code).toBe(0)
  },
  minutes(2),
)

test(
  'another address is in the plan, is asked about, and the one-time password that was told stays good',
  async () => {
    const asked = await floe(`up --detach --listen 0.0.0.0:${ports[3]}`)
    expect(asked.code).toBe(2)
    expect(asked.stdout).toContain(`Start Floe at 0.0.0.0:${ports[3]}, by HTTPS`)
    expect(asked.stdout).toContain(`instead of 127.0.0.1:${ports[0]}`)
    const moved = await floe(`up --yes --detach --listen 127.0.0.1:${ports[3]}`)
    expect(moved.stdout).toMatch(/^\[1\/2\] libvirt[^]*^\[2\/2\] Floe … started anew/m)
    expect(moved.stdout).not.toContain('one-time password …')
    const login = await fetch(`http://127.0.0.1:${ports[3]}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password }),
    })
    expect(login.status).toBe(200)
    expect((await floe(`up --yes --detach --listen 127.0.0.1:${ports[0]}`)).code).toBe(0)
    expect(await states()).toEqual({ welcome: 'running' })
  },
  minutes(5),
)

test(
  'a Floe that hangs is ended all the same, and down says what it had to do',
  async () => {
    await machine.inside(`kill -STOP $(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' /var/lib/floe/run/controller.pid)`)
    expect((await floe('status')).stdout).toContain('no answer')
    const { code, stdout } = await floe('down')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Floe did not end by itself and was killed \(its log is .*controller\.log\)/)
    expect(stdout).toContain('Still running on this machine: welcome')
    const twice = (await floe('down')).stdout // libvirt was ended with the first: the guest is seen all the same
    expect(twice).toContain('virtlogd stays')
    expect(twice).toContain('Still running on this machine: welcome')
    const again = await floe('up --detach')
    expect(again.stdout).toContain('nothing to do but to start Floe')
    expect(again.code).toBe(0)
  },
  minutes(5),
)

test(
  'two at once never work on one copy: one of this clone waits, one of another says so',
  async () => {
    await floe('down')
    await machine.inside('cp -a /root/floe /root/other')
    const both = `(cd /root/floe && exec ./floe up --detach >/tmp/a 2>&1) & a=$!
      tries=0
      until ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q ' /var/lib/floe/run$'; do
        tries=$((tries + 1)); [ $tries -lt 600 ] || exit 9; sleep 0.05
      done
      (cd /root/floe && exec ./floe up --detach >/tmp/b 2>&1) & b=$!
      cd /root/other && ./floe up --yes --detach >/tmp/c 2>&1; echo "other $?"; wait $a; echo "a $?"; wait $b; echo "b $?"
      cat /tmp/b /tmp/c`
    const { stdout } = await machine.tryInside(both)
    expect(stdout).toMatch(/^a 0\nb 0$/m)
    expect(stdout).toContain('waiting for it')
    expect(stdout).toMatch(/other 1[^]*"up" or "down" of the Floe in \/var\/lib\/floe is at work|other 0/)
    expect((await processes()).filter((line) => /floe\.mjs controller/.test(line))).toHaveLength(1)
  },
  minutes(5),
)

test(
  'a taken port is refused with who has it and a free one, and nothing is started',
  async () => {
    const before = (await processes()).length
    const { code, stderr } = await floe(`up --yes --detach --data ${second} --listen 127.0.0.1:${ports[0]}`)
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
    const { stdout, code } = await floe(`up --yes --detach --data ${second} --listen 127.0.0.1:${ports[1]}`)
    expect(code).toBe(0)
    expect(stdout).toContain('welcome-2 is running')
    expect(stdout).toContain(`./floe down --data ${second} ends it`)
    expect(await states(`--data ${second}`)).toEqual({ welcome: 'running', 'welcome-2': 'running' })
    const { code: refused, stderr } = await floe(`vm shutdown welcome --data ${second}`)
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
    expect(await states(`--data ${second}`)).toEqual({ welcome: 'running', 'welcome-2': 'running' })
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
    await floe(`down --data ${second} --stop-vms`)
    await machine.inside('virsh destroy welcome; virsh undefine welcome')
    await floe('down')
    await machine.inside('rm -rf /var/lib/floe /root/floe/dist')
    // A run may come a step further before the kill meets it: what it came to is not in the next one's plan.
    const come = new Set<string>()
    for (const title of stepTitles) {
      if (come.has(title)) continue
      const script = `cd /root/floe && setsid sh -c './floe up --yes --detach --listen 127.0.0.1:${ports[0]} >/tmp/up.log 2>&1' & p=$!
      while kill -0 $p 2>/dev/null && ! grep -q '^\\[.*\\] ${title}' /tmp/up.log 2>/dev/null; do sleep 0.05; done
      kill -9 -$p 2>/dev/null; wait $p; grep '^\\[' /tmp/up.log; rm -f /tmp/up.log`
      const said = (await machine.tryInside(script)).stdout
      for (const one of stepTitles) if (said.includes(`] ${one}`)) come.add(one)
    }
    expect([...come].toSorted()).toEqual([...stepTitles].toSorted())
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
