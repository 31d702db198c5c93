import { InvalidArgumentError, Option, type Command } from 'commander'

/** A list in an option that may be given more than once. */
export const collect = (value: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as string[]) : []),
  value,
]

export function parseInteger(text: string): number {
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It is a whole number.')
  return value
}

export function addWait(command: Command): Command {
  return command
    .option('--wait', 'Wait until the task has ended, and say how it goes (the default).')
    .option('--no-wait', 'Only begin it, and name the task.')
}

export function addLimit(command: Command, newest: number): void {
  command
    .addOption(new Option('--limit <count>', 'The newest so many.').argParser(parseInteger).default(newest))
    .option('--all', 'Every one there is.')
}

const examples = new WeakMap<Command, readonly string[]>()

/** The examples that a command's help ends with, each a whole line. */
export const examplesOf = (command: Command): readonly string[] => examples.get(command) ?? []

/** Lines for the end of the help, without the leading `floe` unless something is piped into it. */
export function addExample(command: Command, ...given: readonly string[]): Command {
  const lines = given.map((one) => (one.includes('| floe ') ? one : `floe ${one}`))
  examples.set(command, lines)
  const head = lines.length === 1 ? 'Example' : 'Examples'
  return command.addHelpText('after', `\n${head}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}
