import type { JsonSchema, OpenApiDocument } from '../../src/api/openapi.ts'
import { answersOf, bodyOf, heading, operationsOf, parametersSchema } from './types.ts'

/** The operation table: enough to make a call, and for a command line to ask for what it takes. */
export function operationsFile(document: OpenApiDocument): string {
  const resolve = resolver(document)
  const rows = operationsOf(document).map(({ method, path, operation }) => {
    const body = bodyOf(operation)
    const row = {
      name: operation['x-floe-name'],
      id: operation.operationId,
      method,
      path,
      summary: operation.summary,
      description: operation.description,
      may: operation['x-floe-permission'],
      answers: Object.fromEntries(answersOf(operation).map(({ status, as }) => [status, as])),
      params: resolved(parametersSchema(operation, 'path'), resolve),
      query: resolved(parametersSchema(operation, 'query'), resolve),
      body: resolved(body, resolve),
    }
    return `  ${row.name}: ${JSON.stringify(row)},\n`
  })
  return `${heading}
import type { OperationTable } from './operation.ts'

export const operations = {
${rows.join('')}} satisfies OperationTable
`
}

const resolved = (schema: JsonSchema | undefined, resolve: (schema: JsonSchema) => JsonSchema) =>
  schema && resolve(schema)

/** References replaced by what they name: the command line has no document to look in. */
function resolver(document: OpenApiDocument) {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const ref = (value as JsonSchema)['$ref']
    if (typeof ref === 'string') return resolve(document.components['schemas']![ref.slice(ref.lastIndexOf('/') + 1)])
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one)]))
  }
  return resolve as (schema: JsonSchema) => JsonSchema
}
