import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

import { CliError, exitCode } from '../exit.ts'
import { Interrupted, type Io } from '../io.ts'
import { printable } from '../output/printable.ts'

/** Asks on the terminal; the question goes to stderr, so that stdout stays the answer's. */
export async function ask(io: Io, question: string): Promise<string> {
  return questionOn(io, `${printable(question)} `, io.stderr)
}

/** Asks for a secret: nothing that is typed is shown. */
export async function askSecret(io: Io, question: string): Promise<string> {
  io.stderr.write(`${printable(question)} `)
  // readline needs an output of a terminal to hold the terminal's own echo back; it writes into nothing.
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() })
  try {
    return await questionOn(io, '', nowhere)
  } finally {
    io.stderr.write('\n')
  }
}

export async function confirm(io: Io, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(io, `${question} [y/N]`)).trim())
}

async function questionOn(io: Io, question: string, output: Writable): Promise<string> {
  const lines = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true, historySize: 0 })
  const stop = new AbortController()
  lines.once('SIGINT', () => stop.abort(new Interrupted()))
  lines.once('close', () =>
    stop.abort(new CliError(exitCode.usage, 'There was no answer. Run it in a terminal, or use --password-stdin.')),
  )
  try {
    return await lines.question(question, { signal: stop.signal })
  } catch {
    throw stop.signal.reason
  } finally {
    lines.close()
  }
}

/** The first line of standard input, for scripts. */
export async function readLine(io: Io): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of io.stdin) {
    pieces.push(Buffer.from(piece as Buffer))
    if (pieces.at(-1)!.includes(0x0a)) break
  }
  const [line = ''] = Buffer.concat(pieces).toString('utf8').split(/\r?\n/)
  if (line === '') throw new CliError(exitCode.usage, 'Standard input has no password in its first line.')
  return line
}
