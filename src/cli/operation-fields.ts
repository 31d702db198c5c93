import type { Operation, Schema } from '@floe/client'
import { Argument, Option, type Command } from 'commander'

import { collect, parseInteger } from './verb-parts.ts'

/** One value of an operation's request, and how the command line takes it. */
export type Field = {
  readonly name: string
  readonly schema: Schema
  readonly required: boolean
  /** Without the hyphens. A field without one is an argument. */
  readonly option?: string
}

export type FieldRules = {
  /** Fields of the body that stand without a name, in this order. */
  readonly positional?: readonly string[]
  /** Parameters that the verb does not offer. */
  readonly without?: readonly string[]
  /** Other names of options than the fields have: `{ q: 'search' }`. */
  readonly rename?: Readonly<Record<string, string>>
}

const paging = ['limit', 'after', 'from']

/** The fields of an operation: what is in its path and `positional` as arguments, the rest as options. */
export function fieldsOf(
  operation: Operation,
  { positional = [], without = [], rename = {} }: FieldRules,
): readonly Field[] {
  const left = new Set([...paging, ...positional, ...without])
  const argument = (part: Schema | undefined) => (name: string) => ({
    name,
    schema: part!.properties![name]!,
    required: true,
  })
  const options = [operation.query, operation.body].flatMap((part) =>
    Object.entries(part?.properties ?? {})
      .filter(([name]) => !left.has(name))
      .map(([name, schema]) => {
        const own = schema.type === 'array' ? name.replace(/s$/, '') : name
        const option = toDashes(rename[name] ?? own)
        return { name, option, schema, required: part?.required?.includes(name) ?? false }
      }),
  )
  const inPath = Object.keys(operation.params?.properties ?? {})
  return [...inPath.map(argument(operation.params)), ...positional.map(argument(operation.body)), ...options]
}

/** How the command line names each field: `vcpus` is `--vcpus`. */
export const namesOf = (fields: readonly Field[]): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map(({ name, option }) => [name, option === undefined ? `<${name}>` : `--${option}`]))

/** Makes the command take the field. */
export function addField(command: Command, field: Field, words = field.schema.description ?? ''): void {
  const { option: name, schema } = field
  if (name === undefined) {
    command.addArgument(new Argument(`<${field.name}>`, words))
  } else if (schema.type === 'boolean') {
    command.option(`--${name}`, words).option(`--no-${name}`, `The opposite of --${name}.`)
  } else if (schema.type === 'array') {
    const each = new Option(`--${name} <${name}>`, `${words} One each time it is given.`.trim()).argParser(collect)
    command.addOption(each).option(`--no-${name}`, 'None at all.')
  } else {
    const option = new Option(`--${name} <${schema.enum ? 'which' : name}>`, words)
    if (schema.enum) option.choices(schema.enum)
    if (schema.type === 'integer') option.argParser(parseInteger)
    command.addOption(field.required ? option.makeOptionMandatory() : option)
  }
}

/** What the command line said, sorted into the parts of the request that have it. */
export function inputOf(operation: Operation, fields: readonly Field[], command: Command) {
  const options = command.opts<Record<string, unknown>>()
  const values: Record<string, unknown> = {}
  let at = 0
  for (const { name, option } of fields) {
    values[name] = option === undefined ? command.processedArgs[at++] : options[optionKey(option)]
  }
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

const toDashes = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const optionKey = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
