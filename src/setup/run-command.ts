import { spawn } from 'node:child_process'

import type { Milliseconds } from '../base/units.ts'

export type Ran = { readonly status: number | null; readonly out: string; readonly err: string }
export type RunOptions = {
  readonly cwd?: string
  /** The command is killed after this. Default one minute. */
  readonly withinMs?: Milliseconds
  /** sudo asks for a password on the terminal. */
  readonly terminal?: boolean
}

/** Runs a command to its end and answers what it said; a command that is not there has the status 127. */
export function runCommand(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ran> {
  const [program, ...args] = command
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? '/',
      stdio: [options.terminal ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      timeout: options.withinMs ?? 60_000,
      killSignal: 'SIGKILL',
    })
    let [out, err] = ['', '']
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (out += part))
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (err += part))
    child.once('error', (error) => resolve({ status: 127, out, err: error.message }))
    child.once('close', (status) => resolve({ status, out, err }))
  })
}

/** The last lines of what a command complained about, for a sentence. */
export const complaint = (ran: Ran): string =>
  (ran.err || ran.out).trim().split('\n').slice(-2).join(' ') || `status ${ran.status}`
