import { isApiProblem, isNotReachable } from '@floe/client'
import { CommanderError } from 'commander'

import type { Context } from './context.ts'
import { exitCode, exitCodeOf } from './exit.ts'
import { Interrupted, processIo, type Io } from './io.ts'
import { printable } from './output/printable.ts'
import { createProgram, nounOf } from './program.ts'

/** Runs one command line (without the program's own name) and answers what the shell gets:
 *  0 done, 1 refused or failed, 2 not understood, 3 not reachable, 4 not logged in. Never throws. */
export async function main(argv: readonly string[], io?: Io): Promise<number> {
  const code = await runWith(argv, io ?? processIo())
  // The process that this is all of ends with it once everything is written; `process.exit` would cut a pipe off.
  if (io === undefined) process.exitCode = code
  return code
}

async function runWith(argv: readonly string[], io: Io): Promise<number> {
  const words = asked(argv)
  const { command, context } = await createProgram(io, nounOf(words))
  try {
    await command.parseAsync(words, { from: 'user' })
    return context.exit
  } catch (error) {
    if (error instanceof CommanderError) return usage(error)
    await tell(io, context, error)
    return exitCodeOf(error)
  } finally {
    context.close()
  }
}

/** `floe` and `floe help vm` ask for help. */
function asked(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help']
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

// commander has printed its sentence; help and version are no mistake, `floe vm` alone prints its help and is one.
const usage = (error: CommanderError): number =>
  error.exitCode === 0 && error.code !== 'commander.help' ? exitCode.ok : exitCode.usage

async function tell(io: Io, context: Context, error: unknown): Promise<void> {
  if (error instanceof Interrupted) return
  io.stderr.write(`${printable(await sentenceOf(context, error))}\n`)
}

async function sentenceOf(context: Context, error: unknown): Promise<string> {
  const target = context.chosen()
  if (isNotReachable(error)) {
    const { unreachable } = await import('./link/open-client.ts')
    return unreachable(error, target)
  }
  if (!isApiProblem(error)) return error instanceof Error ? error.message : String(error)
  // One field's fault is what the sentence itself says.
  const fields = error.errors.length > 1 ? error.errors.map(({ field, why }) => `  ${field}: ${why}`) : []
  const lines = [error.title, ...fields]
  if (error.retryAfter !== undefined && error.status === 429 && !error.title.includes(String(error.retryAfter))) {
    lines.push(`Try again in ${error.retryAfter} s.`)
  }
  if (exitCodeOf(error) === exitCode.notLoggedIn && target?.kind === 'remote') {
    lines.push(`"floe login ${target.url}" does it.`)
  }
  return lines.join('\n')
}
