import { apiError, type ErrorCode } from './errors.ts'
import { routes } from './index.ts'
import { componentSchemas, namer, type JsonSchema } from './openapi-schemas.ts'
import type { Access, Method, Route } from './route.ts'

export type { JsonSchema }

export type OpenApiDocument = {
  readonly openapi: '3.1.0'
  readonly info: Readonly<Record<string, unknown>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly [key: string]: unknown
}

export type Operation = {
  readonly operationId: string
  /** The client's method: `listVms`. */
  readonly 'x-floe-name': string
  readonly 'x-floe-permission': Access
  readonly 'x-floe-on'?: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly JsonSchema[]
  readonly requestBody?: JsonSchema
  readonly responses: Readonly<Record<string, JsonSchema>>
  readonly [key: string]: unknown
}

/** The API as an OpenAPI 3.1 document, made from the route table. The same table gives the same text. */
export function openapiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const [name, entry] of Object.entries(routes) as [string, Route][]) {
    const path = pathOf(entry.path)
    const operations = (paths[path] ??= {})
    const method = entry.method.toLowerCase()
    if (operations[method]) throw new Error(`Two routes are ${entry.method} ${path}. Take one away.`)
    operations[method] = operation(name, entry)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Floe',
      version: '1',
      summary: 'Virtual machines on Linux/KVM',
      description:
        'A slow call answers 202 with the task that does it; the change stream tells the rest. Lists have pages: give `next` as `after`. A refusal is an RFC 9457 problem document with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This Floe.' }],
    tags: tags(paths),
    paths,
    components: {
      schemas: componentSchemas(),
      parameters: { csrf: csrfParameter, idempotencyKey: idempotencyParameter },
      responses: { problem: anyProblem() },
      securitySchemes,
    },
    'x-floe-errors': Object.fromEntries(
      Object.entries(apiError.rows).map(([code, [status, template]]) => [code, { status, template }]),
    ),
  }
}

/** Where a route lies: `/vms/:vm` is `/api/v1/vms/{vm}`, `//healthz` is `/healthz`. */
export const pathOf = (path: string): string =>
  (path.startsWith('//') ? path.slice(1) : `/api/v1${path}`).replaceAll(/:(\w+)/g, '{$1}')

const changing: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE']

function operation(name: string, entry: Route): Operation {
  const parameters = [...parametersIn('path', entry.params), ...parametersIn('query', entry.query)]
  const guarded = changing.includes(entry.method) && entry.may !== 'anyone'
  if (guarded) parameters.push({ $ref: '#/components/parameters/csrf' })
  if (changing.includes(entry.method) && 202 in entry.answers) {
    parameters.push({ $ref: '#/components/parameters/idempotencyKey' })
  }
  return {
    operationId: entry.id,
    'x-floe-name': name,
    'x-floe-permission': entry.may,
    ...(entry.on && { 'x-floe-on': entry.on }),
    tags: [tagOf(entry)],
    summary: entry.summary,
    ...(entry.description && { description: entry.description }),
    security: securityOf(entry.may),
    ...(parameters.length > 0 && { parameters }),
    ...(entry.body && {
      requestBody: { required: true, content: { 'application/json': { schema: namer(entry.body) } } },
    }),
    responses: { ...answers(entry), ...refusals(entry.errors), default: { $ref: '#/components/responses/problem' } },
  }
}

function parametersIn(where: 'path' | 'query', schema: Route['params']): JsonSchema[] {
  if (!schema) return []
  const required = new Set(schema.required)
  return Object.entries(schema.properties).map(([name, property]) => {
    const { description, ...rest } = namer(property)
    return {
      name,
      in: where,
      required: where === 'path' || required.has(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function answers(entry: Route): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(entry.answers).map(([status, schema]) => {
      const description = status === '202' ? 'Begun: the task that does it.' : entry.summary
      if (status === '204') return [status, { description: 'Done.' }]
      const { contentMediaType = 'application/json', ...plain } = schema as JsonSchema
      // Of a stream OpenAPI 3.1 has no item schema: the message's schema stands beside it.
      const { contentSchema, ...shape } = namer(plain)
      const content = { schema: shape, ...(contentSchema !== undefined && { 'x-floe-message': contentSchema }) }
      return [status, { description, content: { [contentMediaType as string]: content } }]
    }),
  )
}

/** One response a status, with the codes that the operation lists there and their sentences. */
function refusals(codes: readonly ErrorCode[]): Record<string, JsonSchema> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const [status] = apiError.rows[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [
      status,
      problem(listed.map((code) => `- \`${code}\`: ${apiError.rows[code][1]}`).join('\n'), listed),
    ]),
  )
}

const problem = (description: string, codes: readonly string[]): JsonSchema => ({
  description,
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/ProblemDocument' },
          { type: 'object', properties: { code: { enum: codes } } },
        ],
      },
    },
  },
})

/** What any operation may answer besides its own: the request was wrong, the caller is unknown, or Floe is unwell. */
const anyProblem = (): JsonSchema =>
  problem(
    'A refusal that is not the operation’s own. `x-floe-errors` has the sentence of each code.',
    Object.keys(apiError.rows),
  )

const securityOf = (may: Access): readonly Record<string, readonly string[]>[] => {
  if (may === 'anyone') return []
  return may === 'local' ? [{ local: [] }] : [{ cookie: [] }, { bearer: [] }, { local: [] }]
}

const securitySchemes: Record<string, JsonSchema> = {
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-floe-COPY',
    description:
      'Set by logging in. COPY: the first eight characters of the copy’s id; without `__Host-` in plain HTTP on the machine itself. Calls that change something also send X-Floe-Csrf.',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The `token` of a login with `use: cli`.' },
  local: {
    type: 'apiKey',
    in: 'header',
    name: 'Host',
    description: 'No login: who can open this copy’s Unix socket is the local administrator.',
  },
}

const csrfParameter: JsonSchema = {
  name: 'X-Floe-Csrf',
  in: 'header',
  required: false,
  description: 'The session’s `csrf`; needed with the cookie.',
  schema: { type: 'string' },
}

const idempotencyParameter: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key with the same request begins one task, however often it is sent within a day; the answer is that task. With another request it is refused as `key_reused`.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
}

const tagOf = (entry: Route): string => entry.id.split('.')[0]!

const tags = (paths: OpenApiDocument['paths']) =>
  [...new Set(Object.values(paths).flatMap((by) => Object.values(by).map((one) => (one['tags'] as string[])[0]!)))].map(
    (name) => ({ name }),
  )
