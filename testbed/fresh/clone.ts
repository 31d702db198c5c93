import type { Ran } from '../run.ts'
import type { FreshMachine } from './machine.ts'

/** The clone in a person's home on a fresh machine, and what can be seen of its doings from outside. */
export type Clone = {
  /** Runs the entry in the home of `user`, by default root's; `before` is shell that goes before it. */
  readonly floe: (args: string, options?: { readonly user?: string; readonly before?: string }) => Promise<Ran>
  /** Everything that would tell of a change: packages, users, groups and what lies in /etc. */
  readonly shape: () => Promise<string>
  /** Each VM's state by its name, of the copy that `args` choose. */
  readonly states: (args?: string) => Promise<Record<string, string>>
  /** The processes of the machine, a line each: who and what. */
  readonly processes: () => Promise<string[]>
}

export function cloneOn(machine: FreshMachine): Clone {
  const floe: Clone['floe'] = (args, { user, before = '' } = {}) =>
    machine.tryInside(`${before} cd ~/floe && ./floe ${args}`, user === undefined ? {} : { user })
  return {
    floe,
    shape: () =>
      machine.inside(
        "dpkg-query -W -f '${Package} ${Status}\\n'; cat /etc/passwd /etc/group; find /etc /var/lib -type f | sort | md5sum",
      ),
    states: async (args = '') => {
      const { stdout } = await floe(`vm list -o json ${args}`)
      const vms = JSON.parse(stdout) as { name: string; state: string }[]
      return Object.fromEntries(vms.map(({ name, state }) => [name, state]))
    },
    processes: async () => {
      const list = 'for p in /proc/[0-9]*; do echo "$(stat -c %U $p) $(tr "\\0" " " <$p/cmdline)"; done 2>/dev/null'
      return (await machine.inside(list)).split('\n').filter(Boolean)
    },
  }
}
