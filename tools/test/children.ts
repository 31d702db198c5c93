import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { commandLine, endProcess, identify, type Identity } from '../../testbed/processes.ts'
import { until } from '../../testbed/until.ts'
import { root } from '../files.ts'

/** The mark that every process of this run carries in its environment, so that what it leaves can be found. */
const mark = `FLOE_TEST_RUN=${randomUUID()}`
const running = new Set<ChildProcess>()

export type Ended = { readonly code: number; readonly output: string }

/** Runs a program of this run in a process group of its own. `show` passes its output on, otherwise it is kept. */
export function runChild(
  program: string,
  args: readonly string[],
  options: { readonly show?: boolean; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Ended> {
  const { show = false, env = {}, cwd = root } = options
  const [name, value] = mark.split('=') as [string, string]
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`
  const child = spawn(program, args, {
    cwd,
    detached: true,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    env: { ...process.env, PATH, ...env, [name]: value },
  })
  running.add(child)
  let output = ''
  child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()))
  child.stderr?.on('data', (bytes: Buffer) => (output += bytes.toString()))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: `${program} could not be run: ${error.message}` }))
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code: code ?? 128, output })
    })
  })
}

/** Ends what runs: gently first, so that a test runner disposes of what it made, then surely. */
export async function endChildren(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { pid } of running) {
      try {
        process.kill(-pid!, signal)
      } catch {
        // the group is gone
      }
    }
    const ended = Promise.all([...running].map((child) => new Promise((resolve) => child.once('close', resolve))))
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 8_000).unref())])
  }
}

/** Ends every process that this run left behind, by its id, and answers what they were. Those that are ending by
 *  themselves, as a guard does that saw its owner go, get a few seconds. */
export async function endLeftovers(): Promise<string[]> {
  await until('the end of what is ending', () => marked().length === 0, 5_000).catch(() => undefined)
  const left = marked().map((who) => ({ who, command: commandLine(who.pid).join(' ').trim() }))
  for (const { who } of left) await endProcess(who)
  return left.map(({ command }) => command)
}

function marked(): Identity[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const ours = pids.filter((pid) => pid !== process.pid && carriesMark(pid))
  return ours.map(identify).filter((who) => who !== undefined)
}

function carriesMark(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
  } catch {
    return false
  }
}
