import type { JsonSchema, OpenApiDocument, Operation } from '../../src/api/openapi.ts'

const heading = '// Made by tools/openapi.ts from openapi.json. Do not edit.\n'

/** The TypeScript types of every named schema and of what each operation takes and answers. */
export function typesFile(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components['schemas']!).map(
    ([name, schema]) => `${comment(schema, '')}export type ${name} = ${typeOf(schema, '')}\n`,
  )
  const operations = operationsOf(document).map(({ operation }) => operationType(operation))
  return [
    heading,
    ...schemas,
    `/** What each operation takes and answers, by the client's name for it. */\nexport type Operations = {\n${operations.join('')}}\n`,
  ].join('\n')
}

export type Listed = { readonly method: string; readonly path: string; readonly operation: Operation }

export const operationsOf = (document: OpenApiDocument): readonly Listed[] =>
  Object.entries(document.paths).flatMap(([path, by]) =>
    Object.entries(by).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

function operationType(operation: Operation): string {
  const parts = [
    `    params: ${parametersType(operation, 'path')}`,
    `    query: ${parametersType(operation, 'query')}`,
    `    body: ${bodyOf(operation) ? typeOf(bodyOf(operation)!, '    ') : 'undefined'}`,
    `    answer: ${answerType(operation)}`,
  ]
  const words = [operation.summary, operation.description].filter(Boolean).join('. ')
  return `  /** ${words}. */\n  ${operation['x-floe-name']}: {\n${parts.join('\n')}\n  }\n`.replaceAll('..', '.')
}

type Parameter = JsonSchema & {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: JsonSchema
}
const parametersOf = (operation: Operation, where: string): readonly Parameter[] =>
  (operation.parameters ?? []).filter((one): one is Parameter => one['in'] === where)

/** The parameters of one place as one object schema; nothing where there are none. */
export function parametersSchema(operation: Operation, where: string): JsonSchema | undefined {
  const parameters = parametersOf(operation, where)
  if (parameters.length === 0) return undefined
  const required = parameters.filter((one) => one.required).map((one) => one.name)
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      parameters.map((one) => [
        one.name,
        { ...one.schema, ...(one['description'] !== undefined && { description: one['description'] }) },
      ]),
    ),
  }
}

function parametersType(operation: Operation, where: string): string {
  const schema = parametersSchema(operation, where)
  return schema ? typeOf(schema, '    ') : 'undefined'
}

export const bodyOf = (operation: Operation): JsonSchema | undefined => {
  const content = operation.requestBody?.['content'] as Record<string, { schema: JsonSchema }> | undefined
  return content?.['application/json']?.schema
}

export type Answer = {
  readonly status: number
  readonly as: 'json' | 'text' | 'bytes' | 'stream' | 'nothing'
  readonly schema: JsonSchema | undefined
}

/** What the operation answers when it does not refuse. */
export function answersOf(operation: Operation): readonly Answer[] {
  return Object.entries(operation.responses)
    .filter(([, response]) => !('$ref' in response) && !isProblem(response))
    .map(([status, response]) => {
      const content = Object.entries((response['content'] ?? {}) as Record<string, { schema: JsonSchema }>)[0]
      if (!content) return { status: Number(status), as: 'nothing', schema: undefined }
      const [media, { schema }] = content
      return { status: Number(status), as: shapeOf(media), schema }
    })
}

const isProblem = (response: JsonSchema): boolean =>
  Object.hasOwn(response['content'] ?? {}, 'application/problem+json')

function shapeOf(media: string): Answer['as'] {
  if (media === 'application/json') return 'json'
  if (media === 'text/event-stream') return 'stream'
  return media.startsWith('text/') ? 'text' : 'bytes'
}

function answerType(operation: Operation): string {
  const types = answersOf(operation).map(({ as, schema }) => {
    if (as === 'json') return typeOf(schema!, '    ')
    return { text: 'string', bytes: 'Blob', stream: 'never', nothing: 'undefined' }[as]
  })
  return [...new Set(types)].join(' | ')
}

/** One schema as a TypeScript type. An optional property may also be given as `undefined`: JSON leaves it out. */
function typeOf(schema: JsonSchema, indent: string): string {
  const ref = schema['$ref'] as string | undefined
  if (ref !== undefined) return ref.slice(ref.lastIndexOf('/') + 1)
  if (Array.isArray(schema['enum'])) return schema['enum'].map((word) => `'${word as string}'`).join(' | ')
  if (Array.isArray(schema['anyOf'])) {
    return schema['anyOf'].map((one: JsonSchema) => typeOf(one, indent)).join(' | ')
  }
  switch (schema['type']) {
    case 'object':
      return objectType(schema, indent)
    case 'array': {
      const item = typeOf(schema['items'] as JsonSchema, indent)
      return `readonly ${/^[\w.]+$|\}$/.test(item) && !item.includes(' | ') ? item : `(${item})`}[]`
    }
    case 'string':
      return 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case undefined:
      return 'unknown'
    default:
      throw new Error(`There is no type for ${JSON.stringify(schema)}. Teach tools/openapi/types.ts.`)
  }
}

function objectType(schema: JsonSchema, indent: string): string {
  const more = schema['additionalProperties']
  if (typeof more === 'object' && more !== null)
    return `Readonly<Record<string, ${typeOf(more as JsonSchema, indent)}>>`
  const required = new Set((schema['required'] as string[] | undefined) ?? [])
  const deeper = `${indent}  `
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).map(([name, property]) => {
    const type = typeOf(property, deeper)
    const field = required.has(name) ? `${name}: ${type}` : `${name}?: ${type} | undefined`
    return `${comment(property, deeper)}${deeper}readonly ${field}\n`
  })
  return `{\n${fields.join('')}${indent}}`
}

function comment(schema: JsonSchema, indent: string): string {
  const words = schema['description'] ?? (schema['anyOf'] as JsonSchema[] | undefined)?.[0]?.['description']
  return typeof words === 'string' ? `${indent}/** ${words} */\n` : ''
}

export { heading }
