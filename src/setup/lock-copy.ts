import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'

import { places } from './config.ts'
import { setupError } from './errors.ts'

/** Keeps every other "up" and "down" of this copy out until it is disposed, or until this process is gone, however it
 *  goes: a small process holds the lock on the folder `run` and ends with our end of its pipe. The folder's owner opens
 *  it: root follows nobody's links. Errors: `copy_busy`. */
export async function lockCopy(data: string): Promise<AsyncDisposable> {
  const { run } = places(data)
  if (!existsSync(run)) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  const { uid, gid } = statSync(run)
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
  const hold = ['flock', '--nonblock', run, 'sh', '-c', 'echo held && exec cat >/dev/null']
  const [program, ...args] = process.getuid?.() === 0 && uid !== 0 ? [...drop, ...hold] : hold
  const holder = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' })
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()).once('error', () => resolve()))
  const held = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)])
  if (!held) throw setupError('copy_busy', { data })
  return {
    [Symbol.asyncDispose]: () => {
      holder.stdin.end()
      return ended
    },
  }
}
