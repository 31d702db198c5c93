import { Command, Option, type OutputConfiguration } from 'commander'

import { createContext, type Context, type Globals } from './context.ts'
import { exitWords } from './exit.ts'
import type { Io } from './io.ts'

/** A noun with its verbs, loaded only when it is asked for. */
type Group = {
  readonly summary: string
  readonly load: () => Promise<{ readonly register: (program: Command, context: Context) => void }>
}

/** The nouns, in the order of the help. */
const groups: Readonly<Record<string, Group>> = {
  login: { summary: 'Log in to a Floe elsewhere.', load: () => import('./login/login.ts') },
  logout: { summary: 'Log out.', load: () => import('./login/logout.ts') },
  overview: { summary: 'What is wrong, and how much there is.', load: () => import('./overview.ts') },
  vm: { summary: 'VMs.', load: () => import('./vm/index.ts') },
  host: { summary: 'Hosts.', load: () => import('./host.ts') },
  pool: { summary: 'Storage pools.', load: () => import('./pool.ts') },
  volume: { summary: 'Volumes in storage pools.', load: () => import('./volume.ts') },
  network: { summary: 'Networks.', load: () => import('./network.ts') },
  task: { summary: 'What Floe is doing and has done.', load: () => import('./task.ts') },
  events: { summary: 'Follow what changes.', load: () => import('./events.ts') },
  change: { summary: 'What has changed, and who did it.', load: () => import('./change.ts') },
  user: { summary: 'Users.', load: () => import('./user.ts') },
  completion: { summary: 'Completion for a shell.', load: () => import('./completion/completion.ts') },
  complete: { summary: '', load: () => import('./completion/complete.ts') },
}

export type Program = { readonly command: Command; readonly context: Context }

/** The program with the verbs of one noun, or of all of them; the others are names with a summary. */
export async function createProgram(io: Io, only: string | undefined): Promise<Program> {
  const command = new Command('floe')
    .description('Virtual machines on Linux/KVM.')
    .usage('<noun> <verb> [options]')
    .addOption(new Option('--data <dir>', 'The copy of Floe on this machine that keeps its data there; no login.'))
    .addOption(new Option('--url <address>', 'Another Floe than that of the last login (also: FLOE_URL).'))
    .addOption(
      new Option('-o, --output <format>', 'What to print.').choices(['table', 'json', 'yaml']).default('table'),
    )
    .helpOption('-h, --help', 'Say what it takes.')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(outputOf(io))
    .exitOverride()
    .addHelpText('after', epilogue)
  const context = createContext(io, () => command.opts<Globals>())
  for (const [name, group] of Object.entries(groups)) {
    if (only === undefined || only === name) (await group.load()).register(command, context)
    else if (name !== 'complete') command.command(name).description(group.summary)
  }
  return { command, context }
}

/** A noun's own command, to which its verbs are added. */
export const addGroup = (program: Command, name: string): Command =>
  program.command(name).description(groups[name]!.summary).usage('<verb> [options]').helpCommand(false)

/** The first word that is no option nor its value: which noun is meant. */
export function nounOf(argv: readonly string[]): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    if (!word.startsWith('-')) return Object.hasOwn(groups, word) ? word : undefined
    if (['--data', '--url', '-o', '--output'].includes(word)) i++
  }
  return undefined
}

const outputOf = (io: Io): OutputConfiguration => ({
  writeOut: (text) => void io.stdout.write(text),
  writeErr: (text) => void io.stderr.write(text),
  getOutHelpWidth: () => (io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : 100),
  getErrHelpWidth: () => (io.stderr.isTTY === true ? (io.stderr.columns ?? 80) : 100),
  getOutHasColors: () => false,
  getErrHasColors: () => false,
  outputError: (text, write) => write(asSentence(text)),
})

/** commander says "error: unknown option '--x'"; here a refusal is a sentence. */
function asSentence(text: string): string {
  const plain = text
    .replace(/^error: /, '')
    .replace(/\n\((.*)\)/, '. $1')
    .trimEnd()
  const sentence = plain.charAt(0).toUpperCase() + plain.slice(1)
  return `${/[.?!)]$/.test(sentence) ? sentence : `${sentence}.`} Add --help to see what it takes.\n`
}

const epilogue = `
On the machine itself:
  up, down, status    Start, end and look at the Floe of this machine.

Without --data and --url: FLOE_URL or the last login, else the Floe of this machine (over its socket, no login).
NO_COLOR=1 prints without colour; it also does where the output is not a terminal.

Exit codes: ${exitWords.map(([code, words]) => `${code} ${words}`).join(' · ')}

Examples:
  floe vm list
  floe vm create web1 --from iso --iso floe/debian-13.iso --disk 20GiB --memory 2GiB --start
  floe vm console web1`
