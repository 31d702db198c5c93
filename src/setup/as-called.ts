import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

import { shellWord } from '../base/shell-word.ts'

/** How the person calls this copy of Floe. */
export type Called = {
  /** The entry as it was typed: `./floe`. */
  readonly entry: string
  /** The copy's folder, where it is not the one that is taken without saying. */
  readonly data: string | undefined
}

/** Where a copy keeps its data when nothing else is said; the shell entry says the same. */
export const defaultFolder = (uid = process.getuid?.() ?? 0, env: NodeJS.ProcessEnv = process.env): string =>
  uid === 0 ? '/var/lib/floe' : join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'floe')

/** The entry as the shell hands it on, and the folder where it has to be said. */
export const calledFrom = (data: string, env: NodeJS.ProcessEnv = process.env): Called => ({
  entry: env['FLOE_ENTRY'] || './floe',
  data: data === defaultFolder(userInfo().uid, env) && !env['FLOE_DATA'] ? undefined : data,
})

/** A command that does what it says where it is pasted: `floe down` becomes `./floe down --data '/srv/my vms'`. */
export function commandOf(command: string, { entry, data }: Called): string {
  const copy =
    data === undefined || command.includes('--data') || command.includes('--help') ? '' : ` --data ${shellWord(data)}`
  return command.replace(/^floe/, () => shellWord(entry)) + copy
}

/** A sentence whose commands, written `"floe up"` wherever sentences are made, are those of this copy. */
export const asCalled = (sentence: string, called: Called): string =>
  sentence.replaceAll(
    /"(floe (?:up|down|status|vm|host|task|user)\b[^"]*)"/g,
    (_, command: string) => `"${commandOf(command, called)}"`,
  )
