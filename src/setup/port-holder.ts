import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

import { setupError } from './errors.ts'
import { formatListen, type ListenAddress } from './listen-address.ts'

/** Refuses an address that cannot be listened on, before anything is started.
 *  Errors: `port_taken` with who holds it and a free port, `port_low`, `address_not_here`. */
export async function checkPort(at: ListenAddress): Promise<void> {
  const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  if (at.port < lowest) throw setupError('port_low', { port: at.port, lowest })
  const code = await tryPort(at)
  if (code === undefined) return
  if (code === 'EADDRNOTAVAIL') throw setupError('address_not_here', { host: at.host })
  const free = formatListen({ ...at, port: await freePort(at) })
  throw setupError('port_taken', { address: formatListen(at), holder: holderOf(at.port), free })
}

function tryPort({ host, port }: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}

async function freePort(at: ListenAddress): Promise<number> {
  for (let port = at.port + 1; port < at.port + 100 && port < 65_536; port++) {
    if ((await tryPort({ ...at, port })) === undefined) return port
  }
  return 0
}

/** Who listens on a TCP port of this machine, in words. */
function holderOf(port: number): string {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listening(readOr(file), port))
  if (inodes.length === 0) return 'another process'
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (inodes.some(({ inode }) => hasSocket(pid, inode)))
      return `process ${pid} (${describe(readOr(`/proc/${pid}/cmdline`).split('\0').filter(Boolean))})`
  }
  return `a process of user number ${inodes[0]!.uid}`
}

/** A process by its command line, in words: another copy of Floe by its folder. */
export function describe(command: readonly string[]): string {
  const data = command.indexOf('--data')
  if (data !== -1 && command.some((part) => part.endsWith('floe.mjs'))) return `the Floe of ${command[data + 1]}`
  const line = command.join(' ')
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}

/** The listening sockets of `port` in the kernel's table: state 0A, the port in hexadecimal. Source: proc_net_tcp(5). */
export function listening(table: string, port: number): { readonly inode: string; readonly uid: string }[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === '0A')
    .map((fields) => ({ inode: fields[9] ?? '', uid: fields[7] ?? '' }))
}

function hasSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOr(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    return false // another user's, or gone
  }
}

const linkOr = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

const readOr = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
