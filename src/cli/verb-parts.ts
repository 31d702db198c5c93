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

/** Lines for the end of the help, without the leading `floe` unless something is piped into it. */
export const addExample = (command: Command, ...examples: readonly string[]): Command =>
  command.addHelpText(
    'after',
    `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((one) => (one.includes('| floe ') ? `  ${one}` : `  floe ${one}`)).join('\n')}`,
  )
