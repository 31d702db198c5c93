import type { TSchema } from 'typebox'

import { patternWords } from '../../api/index.ts'
import { ofMeantForms } from './meant-form.ts'

/** What is wrong with one field, completing a sentence: `name` `must have 63 characters or fewer`. */
export type FieldError = {
  /** `disks.0.size`, as people and programs write it. */
  readonly field: string
  /** Into the body, where it is of the body. RFC 6901. */
  readonly pointer?: string
  /** What people call it, where the schema says so. */
  readonly label?: string
  readonly why: string
}

export type Fault = {
  readonly keyword: string
  /** Where its rule stands: `#/properties/disks/items/anyOf/1`. */
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** Where the faults are: in the body (which has pointers), or in a query or an address (which has none). */
export type Where = { readonly schema: TSchema; readonly body: boolean }

/** The validator's faults as sentences about fields, at most 20, one a field. */
export function wordsOf(faults: readonly Fault[], where: Where): FieldError[] {
  const all = ofMeantForms(faults).flatMap(toWords)
  const first = new Map<string, Said>()
  for (const said of all) if (!first.has(said.pointer)) first.set(said.pointer, said)
  return [...first.values()].slice(0, 20).map(({ pointer, why }) => fieldError(pointer, why, where))
}

/** A fault of the value at `pointer`. */
export function fieldError(pointer: string, why: string, { schema, body }: Where): FieldError {
  const keys = keysOf(pointer)
  const label = labelOf(schema, keys)
  const field = keys.map((key) => key.slice(0, 80)).join('.') || 'body'
  return { field, ...(body && { pointer }), ...(label !== undefined && { label }), why }
}

type Said = { readonly pointer: string; readonly why: string }

function toWords(fault: Fault): Said[] {
  const at = fault.instancePath
  const params = fault.params as Readonly<Record<string, unknown>>
  switch (fault.keyword) {
    case 'required':
      return (params['requiredProperties'] as string[]).map((key) => ({ pointer: under(at, key), why: 'is missing' }))
    case 'additionalProperties':
      return (params['additionalProperties'] as string[]).map((key) => ({
        pointer: under(at, key.slice(0, 80)),
        why: 'is not known here',
      }))
    case 'boolean':
      return [] // said again, better, by additionalProperties
    default:
      return [{ pointer: at, why: whyOf(fault, params) }]
  }
}

function whyOf(fault: Fault, params: Readonly<Record<string, unknown>>): string {
  const limit = Number(params['limit'])
  switch (fault.keyword) {
    case 'type':
      return `must be ${typeWords[params['type'] as string] ?? `a ${params['type'] as string}`}`
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'minimum':
      return `must be ${limit} or more`
    case 'maximum':
      return `must be ${limit} or less`
    case 'exclusiveMinimum':
      return `must be more than ${limit}`
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have ${limit} characters or more`
    case 'maxLength':
      return `must have ${limit} characters or fewer`
    case 'minItems':
      return `must have ${limit} items or more`
    case 'maxItems':
      return `must have ${limit} items or fewer`
    case 'pattern':
      return patternWords[String(params['pattern'])] ?? `must match ${String(params['pattern'])}`
    case 'anyOf':
      return 'has none of the forms allowed here'
    default:
      return fault.message
  }
}

const typeWords: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

export const under = (pointer: string, key: string): string =>
  `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`

type Shape = {
  readonly title?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
}

/** The schema's title of the nearest property; of an item it is its list's. */
function labelOf(schema: TSchema, keys: readonly string[]): string | undefined {
  let at: readonly Shape[] = [schema]
  let label: string | undefined
  for (const key of keys) {
    const forms = at.flatMap((shape) => shape.anyOf ?? [shape])
    const named = forms.flatMap(({ properties }) =>
      properties !== undefined && Object.hasOwn(properties, key) ? [properties[key]!] : [],
    )
    if (named.length > 0) label = named.find(({ title }) => title !== undefined)?.title
    at = named.length > 0 ? named : forms.flatMap(({ items }) => (items === undefined ? [] : [items]))
  }
  return label
}
