import { existsSync, readFileSync, readdirSync } from 'node:fs'

import { systemClock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { shellWord } from '../base/shell-word.ts'
import { identify, isSame, recorded, type ProcessRecord } from '../db/cluster/index.ts'
import { setupError } from './errors.ts'
import { asProduct, asRoot, type ProductUser } from './product-user.ts'
import { complaint, runCommand, type Ran } from './run-command.ts'

/** The libvirt of this machine, which Floe attaches to, and starts only where nobody did. */
export const localUri = 'qemu:///system'

const virsh = (user: ProductUser, ...args: string[]): Promise<Ran> =>
  runCommand(asProduct(user, ['env', 'LC_ALL=C', 'virsh', '-q', '-c', localUri, ...args]), { withinMs: 20_000 })

/** Makes sure that libvirt answers the product's user, and answers in words how: attached, or started.
 *  Errors: `libvirt_refuses` (it runs, but not for this user), `libvirt_dead` (it could not be started). */
export async function ensureLibvirt(user: ProductUser): Promise<string> {
  const asked = await virsh(user, 'uri')
  if (asked.status === 0) return 'runs already: attached'
  if (!asked.err.includes('Failed to connect socket')) throw refusal(user, asked)
  const how = existsSync('/run/systemd/system') ? await startBySystemd() : await startByHand()
  const end = systemClock.monotonic() + 30_000
  for (;;) {
    const answer = await virsh(user, 'uri')
    if (answer.status === 0) return how
    if (systemClock.monotonic() > end) throw refusal(user, answer)
    await systemClock.sleep(250)
  }
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
remember() {
  pid=$(cat "/run/$1.pid")
  since=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)
  printf '{"pid":%s,"started":"%s","boot":"%s"}' "$pid" "$since" "$(cat /proc/sys/kernel/random/boot_id)" >"/run/libvirt/floe-$1.started"
  echo "$1"
}
if ! pid_of virtlogd; then
  setsid virtlogd -d -p /run/virtlogd.pid </dev/null >/dev/null 2>&1
  remember virtlogd
fi
config=/run/libvirt/floe-libvirtd.conf
grep -v -E '^ *(auth_unix_rw|auth_unix_ro|unix_sock_group|unix_sock_rw_perms) *=' /etc/libvirt/libvirtd.conf >"$config.new" 2>/dev/null || :
printf '%s\n' 'unix_sock_group = "libvirt"' 'unix_sock_rw_perms = "0770"' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' >>"$config.new"
mv "$config.new" "$config"
setsid libvirtd -d -f "$config" -p /run/libvirtd.pid </dev/null
remember libvirtd
`

async function startByHand(): Promise<string> {
  const ran = await runCommand(asRoot(['sh', '-c', startScript]), { terminal: true, withinMs: 120_000 })
  if (ran.status !== 0) throw setupError('libvirt_dead', { why: complaint(ran) })
  return `started (${ran.out.trim().split('\n').join(', then ')})`
}

/** What a start by hand leaves below /run. The record is of the machine and not of one copy: whichever copy of Floe ends
 *  last ends what the first one started. */
const filesOf = (name: string) => ({
  record: `/run/libvirt/floe-${name}.started`,
  config: `/run/libvirt/floe-${name}.conf`,
})

/** Names of the domains that run on this machine; where libvirt does not answer, of the QEMU processes that do. */
export async function runningDomains(user: ProductUser): Promise<string[]> {
  const { status, out } = await virsh(user, 'list', '--name')
  if (status !== 0) return commandLines().flatMap((command) => guestOf(command) ?? [])
  return out
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** The guest that a command line runs, as libvirt writes it: `-name guest=NAME,debug-threads=on`, a comma in the name
 *  doubled. */
export function guestOf(command: readonly string[]): string | undefined {
  const at = command.indexOf('-name')
  if (at === -1 || !/\bqemu(-system-\w+|-kvm)$/.test(command[0] ?? '')) return undefined
  return /^guest=((?:[^,]|,,)*)/.exec(command[at + 1] ?? '')?.[1]?.replaceAll(',,', ',')
}

/** Ends what a Floe started of libvirt, and nothing else: not while another copy works with it, and virtlogd not
 *  while VMs run, whose logs go through it. Answers what was done, a sentence each. */
export async function endLibvirt(domains: readonly string[]): Promise<string[]> {
  const other = otherCopies()[0]
  const said: string[] = []
  for (const name of ['libvirtd', 'virtlogd']) {
    const files = filesOf(name)
    const known = recorded(files.record)
    if (known === undefined) continue
    if (other !== undefined) said.push(`${name} stays, the Floe of ${other} works with it`)
    else if (name === 'virtlogd' && domains.length > 0)
      said.push('virtlogd stays, the logs of running virtual machines go through it')
    else said.push(await endDaemon(name, identify(known), Object.values(files)))
  }
  return said
}

/** Ends a daemon of root's and takes away what told of it; answers what was done. */
export async function endDaemon(
  name: string,
  known: ProcessRecord | undefined,
  files: readonly string[],
): Promise<string> {
  if (known === undefined) return `${name} had ended`
  const refused = await askRoot(`kill -TERM ${known.pid}`)
  if (refused !== undefined) return `${name} (process ${known.pid}) could not be ended: ${refused}`
  for (let tries = 0; tries < 100 && isSame(known, identify(known.pid)); tries++) await systemClock.sleep(100)
  if (isSame(known, identify(known.pid))) return `${name} (process ${known.pid}) did not end`
  const kept = await askRoot(`rm -f ${files.map(shellWord).join(' ')}`)
  return kept === undefined ? `${name} was ended` : `${name} was ended, but ${files.join(' and ')} stay: ${kept}`
}

/** Why root's shell did not do it; nothing where it did. Its own kill: a small system has no program of that name. */
async function askRoot(script: string): Promise<string | undefined> {
  try {
    const asked = await runCommand(asRoot(['sh', '-c', script]), { terminal: true })
    return asked.status === 0 ? undefined : complaint(asked)
  } catch (error) {
    return messageOf(error) // there is no sudo here
  }
}

/** The data folders of the controllers that run on this machine; ours has ended when this is asked. */
const otherCopies = (): string[] =>
  commandLines().flatMap((command) => {
    const at = command.findIndex((part) => part.endsWith('floe.mjs'))
    return at !== -1 && command[at + 1] === 'controller' && command[at + 3] ? [command[at + 3]!] : []
  })

const commandLines = (): string[][] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid))

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return [] // gone meanwhile
  }
}
