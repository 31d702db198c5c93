import { CommanderError } from 'commander'

import type { Context } from './context.ts'
import { exitCode, exitCodeOf } from './exit.ts'
import { Interrupted, processIo, type Io } from './io.ts'
import { printable } from './output/printable.ts'
import { createProgram, nounOf } from './program.ts'

/** Runs one command line (without the program's own name) and answers what the shell gets, see `exitCode`.
 *  Never throws. */
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
  const { sentenceOf } = await import('./refusal.ts')
  io.stderr.write(`${printable(sentenceOf(context, error))}\n`)
}
