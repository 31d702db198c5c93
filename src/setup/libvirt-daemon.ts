import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { forget, identify, isSame, type ProcessRecord } from '../db/cluster/index.ts'
import { setupError } from './errors.ts'
import { asProduct, asRoot, owning, type ProductUser } from './product-user.ts'
import { complaint, runCommand, type Ran } from './run-command.ts'

/** The libvirt of this machine, which Floe attaches to, and starts only where nobody did. */
export const localUri = 'qemu:///system'

const virsh = (user: ProductUser, ...args: string[]): Promise<Ran> =>
  runCommand(asProduct(user, ['env', 'LC_ALL=C', 'virsh', '-q', '-c', localUri, ...args]), { withinMs: 20_000 })

/** Makes sure that libvirt answers the product's user, and answers in words how: attached, or started.
 *  Errors: `libvirt_refuses` (it runs, but not for this user), `libvirt_dead` (it could not be started). */
export async function ensureLibvirt(data: string, user: ProductUser): Promise<string> {
  const asked = await virsh(user, 'uri')
  if (asked.status === 0) return 'runs already: attached'
  if (!asked.err.includes('Failed to connect socket')) throw refusal(user, asked)
  const how = existsSync('/run/systemd/system') ? await startBySystemd() : await startByHand(data, user)
  for (let tries = 0; tries < 40; tries++) {
    if ((await virsh(user, 'uri')).status === 0) return how
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw refusal(user, await virsh(user, 'uri'))
}

const refusal = (user: ProductUser, said: Ran): Error =>
  setupError('libvirt_refuses', { user: user.name, why: complaint(said) })

async function startBySystemd(): Promise<string> {
  const units = ['virtqemud.socket', 'libvirtd.socket', 'libvirtd.service']
  const { out } = await runCommand(['systemctl', 'list-unit-files', '--no-legend', ...units])
  // A distribution with the modular daemons enables virtqemud; the others only ship its unit, if at all.
  const unit = units.find((name) => new RegExp(`^${name}\\s+(enabled|static)`, 'm').test(out)) ?? 'libvirtd.service'
  const ran = await runCommand(asRoot(['systemctl', 'start', unit]), { terminal: true, withinMs: 120_000 })
  if (ran.status !== 0) throw setupError('libvirt_dead', { why: complaint(ran) })
  return `started (systemctl start ${unit})`
}

/** Runs as root, without systemd: virtlogd first, which libvirtd would not start by itself. Without systemd there is
 *  no polkit to ask, so this libvirtd gets the machine's own settings with one answer changed: members of the group
 *  "libvirt" need no polkit. That file lies in /run and is gone with it; /etc/libvirt is only read. */
const startScript = `
set -eu
mkdir -p /run/libvirt
pid_of() { [ -r "/run/$1.pid" ] && kill -0 "$(cat "/run/$1.pid")" 2>/dev/null; }
if ! pid_of virtlogd; then
  setsid virtlogd -d -p /run/virtlogd.pid </dev/null >/dev/null 2>&1
  pid_of virtlogd && echo "virtlogd $(cat /run/virtlogd.pid)"
fi
config=/run/libvirt/floe-libvirtd.conf
grep -v -E '^ *(auth_unix_rw|auth_unix_ro|unix_sock_group|unix_sock_rw_perms) *=' /etc/libvirt/libvirtd.conf >"$config.new" 2>/dev/null || :
printf '%s\\n' 'unix_sock_group = "libvirt"' 'unix_sock_rw_perms = "0770"' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' >>"$config.new"
mv "$config.new" "$config"
setsid libvirtd -d -f "$config" -p /run/libvirtd.pid </dev/null
echo "libvirtd $(cat /run/libvirtd.pid)"
`

async function startByHand(data: string, user: ProductUser): Promise<string> {
  const ran = await runCommand(asRoot(['sh', '-c', startScript]), { terminal: true, withinMs: 120_000 })
  const started = [...ran.out.matchAll(/^(virtlogd|libvirtd) (\d+)$/gm)].map((match) => ({
    name: match[1]!,
    pid: Number(match[2]),
  }))
  // Written down even if a later line failed: "down" ends what was started.
  for (const { name, pid } of started) {
    const known = identify(pid)
    if (known) owning(user, () => writeFileSync(recordOf(data, name), JSON.stringify(known), { mode: 0o600 }))
  }
  if (ran.status !== 0) throw setupError('libvirt_dead', { why: complaint(ran) })
  return `started (${started.map(({ name }) => name).join(', then ')})`
}

const recordOf = (data: string, name: string): string => join(data, 'run', `${name}.started`)

/** Names of the domains that run on this machine; empty when libvirt does not answer. */
export async function runningDomains(user: ProductUser): Promise<string[]> {
  const { status, out } = await virsh(user, 'list', '--name')
  return status === 0
    ? out
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    : []
}

/** Ends what "up" started of libvirt, and nothing else. virtlogd stays while VMs run: their logs go through it.
 *  Answers what was done, a sentence each. */
export async function endLibvirt(data: string, domains: readonly string[]): Promise<string[]> {
  const said: string[] = []
  for (const name of ['libvirtd', 'virtlogd']) {
    const known = readRecord(recordOf(data, name))
    if (known === undefined) continue
    if (name === 'virtlogd' && domains.length > 0) {
      said.push('virtlogd stays, because the logs of running virtual machines go through it')
      continue
    }
    // The shell's own kill: a small system has no program of that name.
    await runCommand(asRoot(['sh', '-c', `kill -TERM ${known.pid}`]), { terminal: true })
    for (let tries = 0; tries < 100 && isSame(known, identify(known.pid)); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    if (isSame(known, identify(known.pid))) {
      said.push(`${name} (process ${known.pid}) did not end`)
      continue
    }
    forget(recordOf(data, name))
    said.push(`${name} was ended`)
  }
  return said
}

function readRecord(file: string): ProcessRecord | undefined {
  try {
    const known = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord
    return isSame(known, identify(known.pid)) ? known : undefined
  } catch {
    return undefined
  }
}
