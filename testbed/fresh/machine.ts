import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { cacheFolder } from '../cache.ts'
import { childOf, endProcess, identify } from '../processes.ts'
import { run, tryRun, type Ran, type RunOptions } from '../run.ts'
import { scratch } from '../scratch.ts'
import { until } from '../until.ts'

export type FreshOptions = {
  /** Its host name. Default `fresh`. */
  readonly name?: string
  /** A release of Debian. Default bookworm. */
  readonly release?: string
}

export type AsUser = RunOptions & {
  /** Who runs it inside. Default root. */
  readonly user?: string
}

/** A machine that has never seen Floe: a release's smallest system, with processes, mounts and devices of its own.
 *  It shares the network of the machine it runs on, so listen on a port that nobody else has. */
export type FreshMachine = AsyncDisposable & {
  readonly initPid: number
  /** The machine's / as seen from outside. */
  readonly root: string
  /** Runs a command inside and answers what it said, whatever its status. */
  tryInside(command: string, options?: AsUser): Promise<Ran>
  /** The same, but rejects when the status is not 0. */
  inside(command: string, options?: AsUser): Promise<string>
  /** Makes an ordinary user with a home; with `sudo` one that may do everything without a password. */
  addUser(name: string, options?: { readonly sudo?: boolean }): Promise<void>
  /** Puts this project's files, as git knows them, into `folder` inside. */
  putClone(folder: string, owner?: string): Promise<void>
  /** Everything on it ends at once; the disk stays. */
  powerCut(): Promise<void>
}

/** Starts a fresh machine. The release's base system is made once with debootstrap (half a minute) and kept. */
export async function freshMachine({ name = 'fresh', release = 'bookworm' }: FreshOptions = {}): Promise<FreshMachine> {
  const base = await baseSystem(release)
  const place = await scratch('fresh')
  const root = await layOver(base, place)
  const initPid = await startInit(root, name, place)
  const who = identify(initPid)!
  place.note({ kind: 'process', who })

  const tryInside: FreshMachine['tryInside'] = (command, options = {}) => runInside(initPid, command, options)
  const inside: FreshMachine['inside'] = async (command, options = {}) => {
    const { code, stdout, stderr } = await tryInside(command, options)
    if (code !== 0)
      throw new Error(`"${command}" on ${name} ended with ${code}: ${`${stdout}\n${stderr}`.slice(-4000)}`)
    return stdout
  }
  const powerCut = () => endProcess(who)
  return {
    initPid,
    root,
    tryInside,
    inside,
    addUser: (user, { sudo = false } = {}) => addUser(inside, user, sudo),
    putClone: (folder, owner = 'root') => putClone(root, folder, inside, owner),
    powerCut,
    [Symbol.asyncDispose]: async () => {
      await powerCut()
      await place[Symbol.asyncDispose]()
    },
  }
}

type Place = Awaited<ReturnType<typeof scratch>>
type Inside = (command: string) => Promise<string>

/** The machine's disk: the base system with a layer of its own. */
async function layOver(base: string, place: Place): Promise<string> {
  const [root, upper, work] = ['root', 'upper', 'work'].map((folder) => join(place.path, folder)) as [
    string,
    string,
    string,
  ]
  for (const folder of [root, upper, work]) await mkdir(folder)
  place.note({ kind: 'mount', path: root })
  await run('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${base},upperdir=${upper},workdir=${work}`, root])
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
  await takeAuthorities(root)
  return root
}

/** Starts the machine's first process in namespaces of its own and answers its id as seen from outside. */
async function startInit(root: string, name: string, place: Place): Promise<number> {
  const init = join(import.meta.dirname, 'init.sh')
  const outer = spawn('unshare', ['-m', '-u', '-i', '-p', '-f', '--kill-child', 'sh', init, root, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  outer.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  place.note({ kind: 'process', who: identify(outer.pid!)! })
  await until('the fresh machine', () => said.includes('ready'), 20_000)
  return childOf(outer.pid!)!
}

function runInside(initPid: number, command: string, { user = 'root', env = {}, ...options }: AsUser): Promise<Ran> {
  const clean = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    ...env,
  }
  const login = user === 'root' ? ['sh', '-c', `cd /root\n${command}`] : ['su', '-', user, '-c', command]
  const enter = ['-t', String(initPid), '-m', '-u', '-i', '-p', '-r', '-w', 'env', 'HOME=/root']
  return tryRun('nsenter', [...enter, ...login], { deadlineMs: 900_000, ...options, env: clean })
}

async function addUser(inside: Inside, user: string, sudo: boolean): Promise<void> {
  await inside(`useradd --create-home --shell /bin/bash ${user}`)
  if (!sudo) return
  await inside(
    'command -v sudo >/dev/null || { apt-get -q update && apt-get -q -y install --no-install-recommends sudo; }',
  )
  await inside(`echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user} && chmod 0440 /etc/sudoers.d/${user}`)
}

/** A release's smallest system, made beside and moved: half a one is never found. */
async function baseSystem(release: string): Promise<string> {
  const cache = cacheFolder('fresh')
  const folder = join(cache, release)
  if (existsSync(folder)) return folder
  const making = await mkdtemp(join(cache, '.making-'))
  await run('debootstrap', ['--variant=minbase', release, making, 'http://deb.debian.org/debian'], {
    deadlineMs: 600_000,
  })
  await run('chmod', ['0755', making])
  await rename(making, folder).catch(() => rm(making, { recursive: true })) // somebody else was faster
  return folder
}

/** Behind a proxy that signs for others, the machine has to trust what this one trusts; its own package
 *  ca-certificates takes these in when it is installed. */
async function takeAuthorities(root: string): Promise<void> {
  const own = '/usr/local/share/ca-certificates'
  if (!existsSync(own)) return
  await mkdir(join(root, dirname(own).slice(1)), { recursive: true })
  await run('cp', ['-r', own, join(root, dirname(own).slice(1))])
}

async function putClone(root: string, folder: string, inside: Inside, owner: string): Promise<void> {
  const project = join(import.meta.dirname, '../..')
  const target = join(root, folder)
  await mkdir(target, { recursive: true })
  const pack = `git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -cf - | tar -xf - -C "$1"`
  await run('sh', ['-c', pack, 'sh', target], { cwd: project, deadlineMs: 120_000 })
  await inside(`chown -R ${owner}: ${folder}`)
}
