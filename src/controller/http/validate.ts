import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

import { apiError, type Route } from '../../api/index.ts'
import { isRecord } from '../../base/json.ts'
import { fieldError, under, wordsOf, type FieldError } from './field-words.ts'

export type Parts = { readonly params: unknown; readonly query: unknown; readonly body: unknown }

/** Makes the check of a route's parameters, query and body: as the schemas say, or `not_valid` with every field's
 *  fault in words. Text of a query becomes the number or boolean that its schema asks for; bodies are taken as sent. */
export function validatorOf(route: Route): (parts: Parts) => Parts {
  const params = checkerOf(route.params, false)
  const query = checkerOf(route.query, false)
  const body = checkerOf(route.body, true)
  return (parts) => {
    const asked = coerced(route.query, parts.query)
    const sent = parts.body
    const errors = [
      ...(params?.(parts.params) ?? []),
      ...unknownKeys(route.query, asked),
      ...(query?.(asked) ?? []),
      ...(body ? body(sent ?? {}) : surplus(sent)),
    ].slice(0, 20)
    if (errors.length > 0) throw notValid(errors)
    return {
      params: route.params && parts.params,
      query: route.query && withDefaults(route.query, asked),
      body: route.body && (sent ?? {}),
    }
  }
}

/** The refusal that names these fields; the title is about the first, as people call it. */
const notValid = (errors: readonly FieldError[]) =>
  apiError('not_valid', { field: errors[0]!.label ?? errors[0]!.field, why: errors[0]!.why, errors })

type Checker = (value: unknown) => readonly FieldError[]

function checkerOf(schema: TSchema | undefined, body: boolean): Checker | undefined {
  if (schema === undefined) return undefined
  const validator = Compile(schema)
  const where = { schema, body }
  return (value) => {
    if (!validator.Check(value)) return wordsOf(validator.Errors(value), where)
    const at = pointerToOdd(value)
    return at === undefined ? [] : [fieldError(at, 'must not contain NUL or half of a character', where)]
  }
}

/** Where a text has what neither the database nor a C program can hold (NUL, a lone surrogate); nothing where none has. */
function pointerToOdd(value: unknown, at = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? at : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = pointerToOdd(item, under(at, key))
    if (found !== undefined) return found
  }
  return undefined
}

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

function coerced(schema: TObject | undefined, value: unknown): Record<string, unknown> {
  const properties: Readonly<Record<string, TSchema>> = schema?.properties ?? {}
  return Object.fromEntries(Object.entries(record(value)).map(([key, item]) => [key, coerce(properties[key], item)]))
}

function coerce(schema: TSchema | undefined, value: unknown): unknown {
  const type = schema && 'type' in schema ? schema.type : undefined
  if (typeof value !== 'string') return value
  if ((type === 'integer' || type === 'number') && /^-?\d{1,16}$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function withDefaults(schema: TObject, value: Record<string, unknown>): Record<string, unknown> {
  const defaults = Object.entries(schema.properties as Readonly<Record<string, TSchema & { default?: unknown }>>)
    .filter(([, property]) => property.default !== undefined)
    .map(([key, property]) => [key, property.default])
  return { ...Object.fromEntries(defaults), ...value }
}

/** A misspelt parameter would be ignored without a word otherwise. */
function unknownKeys(schema: TObject | undefined, value: Record<string, unknown>): FieldError[] {
  const known = schema?.properties ?? {}
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(known, key))
    .map((key) => ({ field: key.slice(0, 80), why: 'is not a parameter here' }))
}

function surplus(body: unknown): FieldError[] {
  if (body === undefined || body === null || (isRecord(body) && Object.keys(body).length === 0)) return []
  return [{ field: 'body', why: 'must be empty here' }]
}
