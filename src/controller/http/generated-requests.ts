import fc from 'fast-check'

import type { Route } from '../../api/index.ts'
import { urlOf } from './route-table.ts'

/** One generated request of a route. For tests. */
export type GeneratedRequest = {
  readonly path: string
  readonly method: Route['method']
  readonly body: unknown
  readonly key: string | undefined
}

/** Text that something on the way may take for something else. */
const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '\u202e',
    '__proto__',
    '../x',
    "' or 1=1 --",
    '%',
    '%_\\',
    '-1',
    '1e9',
    '9007199254740993',
    '99999999999999999999999',
    '[]',
    'null',
    'x'.repeat(300),
  ),
  fc.array(fc.constantFrom('', '0', '\0', 'x', '-1', 'NaN', '1e400', '\ud800'), { maxLength: 3 }).map(cursorOf),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const odd = fc.oneof(oddText, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(2 ** 53, -1, 0, 1.5, -0, 1e308))

function cursorOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Requests of `route`: near what its schemas allow, with `known` names and ids, and far from it. */
export function requestsOf(route: Route, known: readonly string[]): fc.Arbitrary<GeneratedRequest> {
  const names = fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 6 }, { arbitrary: oddText, weight: 1 })
  const query = objectOf(route.query, names)
  return fc
    .record({
      params: objectOf(route.params, names, 0),
      query: fc.oneof({ arbitrary: query, weight: 8 }, { arbitrary: fc.dictionary(oddText, oddText), weight: 1 }),
      body: route.body ? near(route.body, names) : fc.constant(undefined),
      key: fc.constantFrom(...Array.from({ length: 20 }, () => undefined), 'k1', 'k2'),
    })
    .map(({ params, query, body, key }) => ({ path: addressOf(route, params, query), method: route.method, body, key }))
}

type Fields = Readonly<Record<string, unknown>>

function addressOf(route: Route, params: Fields, query: Fields): string {
  const path = urlOf(route).replaceAll(/:(\w+)/g, (_, name: string) => encoded(params[name]))
  const asked = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  return asked.length === 0 ? path : `${path}?${asked.join('&')}`
}

const encoded = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

type Shape = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly minimum?: number
  readonly maximum?: number
}

/** A value that the schema allows, or now and then any other. */
const near = (schema: Shape, names: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: fits(schema, names), weight: 19 }, { arbitrary: odd, weight: 1 })

function fits(schema: Shape, names: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((form) => near(form, names)))
  if (schema.properties) return objectOf(schema, names)
  if (schema.items) return fc.array(near(schema.items, names), { maxLength: 3 })
  if (schema.type === 'boolean') return fc.boolean()
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema
  const integer = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 999) })
  if (schema.type === 'integer') return fc.oneof(fc.constantFrom(minimum, maximum), integer)
  const double = fc.double({ noNaN: true, min: 0, max: maximum })
  return schema.type === 'number' ? fc.oneof(fc.constantFrom(maximum, 0.01), double) : names
}

function objectOf(schema: Shape | undefined, names: fc.Arbitrary<string>, oddOf10 = 1): fc.Arbitrary<Fields> {
  const properties = Object.entries(schema?.properties ?? {})
  const values = properties.map(([name, property]) => [name, oddOf10 === 0 ? names : near(property, names)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: [...(schema?.required ?? [])] }) as fc.Arbitrary<Fields>
}
