import { operations, type Client, type Operation, type OperationName, type Task } from '@floe/client'
import type { Command } from 'commander'

import { allPages } from './all-pages.ts'
import type { Context } from './context.ts'
import { CliError, exitCode } from './exit.ts'
import { addField, fieldsOf, inputOf, namesOf, type Field, type FieldRules } from './operation-fields.ts'
import type { Column } from './output/table.ts'
import { writeList, writeOne } from './output/write.ts'
import { runTask } from './run-task.ts'
import { addExample, addLimit, addWait } from './verb-parts.ts'

/** How a verb that is made from an operation differs from what its schema alone would give. */
export type Verb<Row> = FieldRules & {
  readonly operation: OperationName
  readonly name: string
  /** Without the leading `floe`. */
  readonly example: string
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
  const { show, words = {} } = verb
  const summary = sentence(operation.summary)
  const command = group.command(verb.name).summary(summary).description(summary)
  // What a list's description says is for programs that page.
  if (operation.description && show.as !== 'list') command.description(described(operation))
  const fields = fieldsOf(operation, verb)
  for (const field of fields) addField(command, field, words[field.name])
  if (show.as === 'task') addWait(command)
  if (show.as === 'list' && show.newest !== undefined) addLimit(command, show.newest)
  addExample(command, verb.example)

  return command.action(async () => {
    context.fields = namesOf(fields)
    const input = inputOf(operation, fields, command)
    refuseEmpty(operation, fields, input.body)
    const client = await context.client()
    const call = (client[verb.operation] as unknown as Call).bind(client)
    // A short list has no pages, and refuses to be asked for one.
    const hasPages = operation.query?.properties?.['limit'] !== undefined
    const narrowed = Object.keys(input.query ?? {}).length > 0
    const shown = show.as === 'list' && narrowed ? { ...show, none: 'Nothing matches.' } : show
    context.exit = await present(context, client, shown, command.opts(), (more) =>
      call(hasPages ? { ...input, query: { ...input.query, ...more } } : input),
    )
  })
}

/** A change of nothing is a slip: an operation whose body needs no field wants one all the same. */
function refuseEmpty(operation: Operation, fields: readonly Field[], body: object | undefined): void {
  if (operation.method !== 'PATCH' || Object.keys(body ?? {}).length > 0) return
  const options = fields.filter(({ option }) => option !== undefined).map(({ option }) => `--${option}`)
  throw new CliError(exitCode.usage, `Nothing is to be changed. Say what: ${options.join(', ')}.`)
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

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)
const described = (operation: Operation): string =>
  `${sentence(operation.summary)}\n${sentence(operation.description!)}`
