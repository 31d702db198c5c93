import { operations, type Client, type Operation, type OperationName, type Schema, type Task } from '@floe/client'
import { Argument, InvalidArgumentError, Option, type Command } from 'commander'

import type { Context } from './context.ts'
import { exitCode } from './exit.ts'
import type { Column } from './output/table.ts'
import { writeList, writeOne } from './output/write.ts'
import { runTask } from './run-task.ts'

/** How a verb that is made from an operation differs from what its schema alone would give. */
export type Verb<Row> = {
  readonly operation: OperationName
  readonly name: string
  /** Without the leading `floe`. */
  readonly example: string
  /** Fields of the body that stand without a name, in this order. */
  readonly positional?: readonly string[]
  /** Parameters that the verb does not offer. */
  readonly without?: readonly string[]
  /** Other names of options than the fields have: `{ q: 'search' }`. */
  readonly rename?: Readonly<Record<string, string>>
  /** Of options whose fields describe themselves to nobody, or to programs. */
  readonly words?: Readonly<Record<string, string>>
  readonly show: Show<Row>
}

type Show<Row> =
  /** A list: every page of it. `newest`: only so many unless asked for more. */
  | { readonly as: 'list'; readonly columns: readonly Column<Row>[]; readonly none: string; readonly newest?: number }
  | { readonly as: 'one'; readonly text: (one: Row) => string }
  /** A task, waited for. */
  | { readonly as: 'task'; readonly wanted?: readonly Task['state'][] }

type Call = (input: unknown) => Promise<unknown>

/** Adds the verb of an operation: arguments from its path, options from its query and body. */
export function addVerb<Row>(group: Command, context: Context, verb: Verb<Row>): Command {
  const operation: Operation = operations[verb.operation]
  const summary = sentence(operation.summary)
  const command = group.command(verb.name).summary(summary).description(summary)
  // What a list's description says is for programs that page.
  if (operation.description && verb.show.as !== 'list') command.description(described(operation))
  const { show, positional = [] } = verb
  const inPath = Object.keys(operation.params?.properties ?? {})
  const fields = fieldsOf(operation, verb)
  for (const name of inPath)
    command.addArgument(new Argument(`<${name}>`, wordsOf(operation.params!.properties![name]!)))
  for (const name of positional) {
    command.addArgument(new Argument(`<${name}>`, wordsOf(operation.body!.properties![name]!)))
  }
  for (const field of fields) addOption(command, field, verb.words?.[field.name] ?? wordsOf(field.schema))
  if (show.as === 'task') addWait(command)
  if (show.as === 'list' && show.newest !== undefined) addLimit(command, show.newest)
  addExample(command, verb.example)

  command.action(async (...given: unknown[]) => {
    const options = command.opts<Record<string, unknown>>()
    const names = [...inPath, ...positional]
    const values = Object.fromEntries(names.map((name, i) => [name, given[i]]))
    for (const field of fields) values[field.name] = options[optionKey(field.option)]
    const input = inputOf(operation, values)
    const client = await context.client()
    const call = (client[verb.operation] as unknown as Call).bind(client)
    // A short list has no pages, and refuses to be asked for one.
    const hasPages = operation.query?.properties?.['limit'] !== undefined
    context.exit = await present(context, client, show, options, (more) =>
      call(hasPages ? { ...input, query: { ...input.query, ...more } } : input),
    )
  })
  return command
}

async function present<Row>(
  context: Context,
  client: Client,
  show: Show<Row>,
  options: Readonly<Record<string, unknown>>,
  call: (query: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<number> {
  const { io } = context
  const format = context.globals().output
  switch (show.as) {
    case 'list': {
      const most = options['all'] === true ? Infinity : ((options['limit'] as number | undefined) ?? Infinity)
      await writeList(io, format, (await allPages(call, most)) as Row[], show)
      return exitCode.ok
    }
    case 'one':
      await writeOne(io, format, (await call({})) as Row, show.text)
      return exitCode.ok
    case 'task': {
      const { task } = (await call({})) as { task: Task }
      return runTask(context, client, task, {
        wait: options['wait'] !== false,
        ...(show.wanted && { wanted: show.wanted }),
      })
    }
  }
}

type Page = { readonly items: readonly unknown[]; readonly next?: string | null }

/** Every row of a list, a page after the other. */
export async function allPages(
  call: (query: Readonly<Record<string, unknown>>) => Promise<unknown>,
  most = Infinity,
): Promise<unknown[]> {
  const rows: unknown[] = []
  let after: string | undefined
  do {
    const page = (await call({ limit: Math.min(500, most - rows.length), after })) as Page
    rows.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined && rows.length < most)
  return rows
}

const paging = ['limit', 'after', 'from']

type Field = { readonly name: string; readonly option: string; readonly schema: Schema; readonly required: boolean }

function fieldsOf(operation: Operation, { positional = [], without = [], rename = {} }: Verb<never>): readonly Field[] {
  const left = new Set([...paging, ...positional, ...without])
  return [operation.query, operation.body].flatMap((part) =>
    Object.entries(part?.properties ?? {})
      .filter(([name]) => !left.has(name))
      .map(([name, schema]) => {
        const own = schema.type === 'array' ? name.replace(/s$/, '') : name
        const option = toDashes(rename[name] ?? own)
        return { name, option, schema, required: part?.required?.includes(name) ?? false }
      }),
  )
}

function addOption(command: Command, { option: name, schema, required }: Field, words: string): void {
  if (schema.type === 'boolean') {
    command.option(`--${name}`, words).option(`--no-${name}`, `The opposite of --${name}.`)
  } else if (schema.type === 'array') {
    const each = new Option(`--${name} <${name}>`, `${words} One each time it is given.`.trim()).argParser(collect)
    command.addOption(each).option(`--no-${name}`, 'None at all.')
  } else {
    const option = new Option(`--${name} <${schema.enum ? 'which' : name}>`, words)
    if (schema.enum) option.choices(schema.enum)
    if (schema.type === 'integer') option.argParser(parseInteger)
    command.addOption(required ? option.makeOptionMandatory() : option)
  }
}

/** Sorts the values into the parts of the request that have them. */
function inputOf(operation: Operation, values: Readonly<Record<string, unknown>>) {
  const part = (schema: Schema | undefined) =>
    schema &&
    Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .map(([name, property]) => [name, property.type === 'array' && values[name] === false ? [] : values[name]])
        .filter(([, value]) => value !== undefined),
    )
  const [params, query, body] = [part(operation.params), part(operation.query), part(operation.body)]
  return { ...(params && { params }), ...(query && { query }), ...(body && { body }) }
}

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

function addLimit(command: Command, newest: number): void {
  command
    .addOption(new Option('--limit <count>', 'The newest so many.').argParser(parseInteger).default(newest))
    .option('--all', 'Every one there is.')
}

export const addExample = (command: Command, ...examples: readonly string[]): Command =>
  command.addHelpText(
    'after',
    `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((one) => `  floe ${one}`).join('\n')}`,
  )

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)
const described = (operation: Operation): string =>
  `${sentence(operation.summary)}\n${sentence(operation.description!)}`
const wordsOf = (schema: Schema): string => schema.description ?? ''
const toDashes = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const optionKey = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
