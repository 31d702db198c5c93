import * as account from './resources/account.ts'
import * as change from './resources/change.ts'
import * as common from './resources/common.ts'
import * as console from './resources/console.ts'
import * as host from './resources/host.ts'
import * as overview from './resources/overview.ts'
import * as task from './resources/task.ts'
import * as vm from './resources/vm.ts'

/** JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = { readonly [key: string]: unknown }

const rooms = [common, account, task, vm, host, change, console, overview]

/** Objects, unions and enums with a name of their own; plain strings and numbers stay where they are used. */
const named: readonly (readonly [name: string, schema: JsonSchema])[] = rooms.flatMap((room) =>
  Object.entries(room).filter((entry): entry is [string, JsonSchema] => isComponent(entry[0], entry[1])),
)

function isComponent(name: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !/^[A-Z]/.test(name) || name === 'PageQuery') return false
  const schema = value as JsonSchema
  return schema['type'] === 'object' || Array.isArray(schema['enum']) || Array.isArray(schema['anyOf'])
}

// By text, not identity: `Type.Optional(Vm)` is a copy of `Vm`.
const nameOf = new Map(named.map(([name, schema]) => [JSON.stringify(schema), name]))

/** The schema with a reference wherever a named one stands in it. */
export function namer(schema: object): JsonSchema {
  const name = nameOf.get(JSON.stringify(schema))
  return name === undefined ? inner(schema) : { $ref: `#/components/schemas/${name}` }
}

/** Every named schema, by name. */
export const componentSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(named.map(([name, schema]) => [name, inner(schema)] as const).sort(([a], [b]) => (a < b ? -1 : 1)))

function inner(schema: object): JsonSchema {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'patternProperties') out['additionalProperties'] = namer(Object.values(value as object)[0] as object)
    else out[key] = walk(key, value)
  }
  if (Array.isArray(out['enum'])) return { type: 'string', ...out }
  return out
}

function walk(key: string, value: unknown): unknown {
  if (key === 'properties') {
    const properties = Object.entries(value as Record<string, object>)
    return Object.fromEntries(properties.map(([name, schema]) => [name, namer(schema)]))
  }
  if (['anyOf', 'allOf', 'oneOf'].includes(key)) return (value as object[]).map(namer)
  if (['items', 'contentSchema', 'additionalProperties'].includes(key) && typeof value === 'object') {
    return namer(value as object)
  }
  return value
}
