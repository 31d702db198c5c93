import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'

import { setupError } from './errors.ts'

/** Who Floe runs as: the system user `floe` when root sets it up, otherwise whoever does. */
export type ProductUser = {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly switches: boolean
}

/** Errors: `no_product_user` when root has not made the user yet. */
export function productUser(): ProductUser {
  const { username, uid, gid } = userInfo()
  if (uid !== 0) return { name: username, uid, gid, switches: false }
  const numberOf = (flag: string): number => {
    try {
      return Number(execFileSync('id', [flag, 'floe'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    } catch (error) {
      throw setupError('no_product_user', {}, error)
    }
  }
  return { name: 'floe', uid: numberOf('-u'), gid: numberOf('-g'), switches: true }
}

/** `command` as the product's user, with all of that user's groups as the machine lists them now. */
export function asProduct(user: ProductUser, command: readonly string[]): [program: string, ...args: string[]] {
  const drop = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--reset-env', '--']
  return (user.switches ? [...drop, ...command] : [...command]) as [string, ...string[]]
}

/** `command` as root: as it is, or through sudo. Errors: `needs_root` where there is no sudo. */
export function asRoot(command: readonly string[]): [program: string, ...args: string[]] {
  if (process.getuid?.() === 0) return [...command] as [string, ...string[]]
  if (!existsSync('/usr/bin/sudo')) throw setupError('needs_root', { command: command.join(' ') })
  return ['sudo', '--', ...command]
}

/** Runs `work` with the product user's rights on files: root never writes into a folder that another user owns,
 *  where a planted link could send it anywhere. Nothing asynchronous may be under way inside. */
export function owning<T>(user: ProductUser, work: () => T): T {
  if (!user.switches) return work()
  process.setegid?.(user.gid)
  process.seteuid?.(user.uid)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}
