import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

import { ConnectionLost } from '../errors.ts'
import { describeHop, type SshVia } from '../target.ts'
import type { PrivateFiles } from './private-files.ts'
import { endChild } from './ssh-channel.ts'
import { helperCommand, hopName, hopsOf, sshConfig, type SshPurpose } from './ssh-config.ts'
import { sshFailure } from './ssh-failure.ts'
import { readLine, type SshProgress } from './ssh-log.ts'

/** A line that never ends is cut; a person's line is short. */
const lineMax = 8192

/** OpenSSH's client, started for one purpose. */
export type SshRun = {
  readonly child: ChildProcess
  readonly progress: SshProgress
  /** Settles when `reached` holds. Rejects with why ssh ended before, or with the signal's reason; ssh is then ended. */
  until(reached: (progress: SshProgress) => boolean, signal: AbortSignal): Promise<void>
}

/** Starts ssh. No shell of this machine reads any of its arguments, and it dies with this process. Keys and
 *  configuration are files without a name that `files` disposes of, once ssh has read them. Throws ConnectionLost
 *  where the target holds what is no host, user, key or path. */
export function runSsh(
  via: SshVia['ssh'],
  purpose: SshPurpose,
  o: { readonly uri: string; readonly deadlineMs: number; readonly files: PrivateFiles },
): SshRun {
  const helper = purpose.is === 'helper'
  const args = argumentsFor(via, purpose, o)
  // Its parent's death ends it (setpriv, util-linux): it must not hold a connection that nobody uses.
  const tied = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--', 'ssh'] : ['ssh']
  const pipe = helper ? 'pipe' : 'ignore'
  const child = spawn(tied[0]!, [...tied.slice(1), ...args], { stdio: [pipe, pipe, 'pipe'], env: sshEnvironment(via) })
  return follow(child, via)
}

function argumentsFor(
  via: SshVia['ssh'],
  purpose: SshPurpose,
  o: { readonly uri: string; readonly deadlineMs: number; readonly files: PrivateFiles },
): string[] {
  const fileOf = (text: string): string => o.files.add(text)
  try {
    const config = fileOf(sshConfig(via, purpose, { fileOf, deadlineMs: o.deadlineMs }))
    const name = hopName(via, hopsOf(via).length - 1)
    if (purpose.is === 'helper') return ['-F', config, '-T', '--', name, helperCommand(o.uri)]
    return ['-F', config, '-T', '-N', '--', name]
  } catch (cause) {
    throw new ConnectionLost(`SSH to ${describeHop(via)} cannot begin: ${(cause as Error).message}`, {
      sent: false,
      cause,
    })
  }
}

/** Nothing of this process's environment but what ssh needs: the jumps run through a shell, and every word is logged. */
function sshEnvironment({ userConfig }: SshVia['ssh']): NodeJS.ProcessEnv {
  const { PATH = '/usr/bin:/bin', HOME = '/', SSH_AUTH_SOCK } = process.env
  const agent = userConfig === true && SSH_AUTH_SOCK !== undefined ? { SSH_AUTH_SOCK } : {}
  return { PATH, HOME, SHELL: '/bin/sh', LC_ALL: 'C', ...agent }
}

function follow(child: ChildProcess, via: SshVia['ssh']): SshRun {
  let progress: SshProgress = { loggedIn: 0 }
  let rest = ''
  let wake = (): void => {}
  let ended = false
  child.stderr!.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n')
    rest = lines.pop()!.slice(-lineMax)
    progress = lines.reduce(readLine, progress)
    wake()
  })
  const end = (): void => {
    progress = readLine(progress, rest)
    rest = ''
    ended = true
    wake()
  }
  child.once('close', end).once('error', end)
  return {
    child,
    get progress() {
      return progress
    },
    async until(reached, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = (): void => {
        if (reached(progress)) resolve()
        else if (ended) reject(sshFailure(via, progress, child.pid === undefined ? 127 : child.exitCode))
      }
      const aborted = (): void => reject(signal.reason as Error)
      wake = look
      signal.addEventListener('abort', aborted, { once: true })
      if (signal.aborted) aborted()
      look()
      try {
        await promise
      } catch (error) {
        endChild(child)
        throw error
      } finally {
        wake = () => {}
        signal.removeEventListener('abort', aborted)
      }
    },
  }
}
