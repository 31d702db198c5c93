import { Type, type TObject, type TSchema } from 'typebox'

export const Id = Type.String({
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: "Floe's own identifier.",
})
export const Time = Type.String({ format: 'date-time', description: 'UTC, RFC 3339.' })
export const Name = Type.String({
  minLength: 1,
  maxLength: 63,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  description: 'Letters, digits, dot, underscore and hyphen; begins with a letter or digit.',
})
/** An object in a path: its id, or its name where that is unambiguous. */
export const Ref = Type.String({ minLength: 1, maxLength: 255, description: 'Id, or name.' })
export const Words = Type.String({ description: 'A sentence for people.' })

export const text = (description: string) => Type.String({ description })
export const count = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })
export const maybe = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Query of a list: a page after a cursor (for programs), or a window of rows (for a table that scrolls). */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'Rows at most.' })),
  after: Type.Optional(Type.String({ maxLength: 1024, description: 'The `next` of the page before.' })),
}

export const pageOf = <T extends TObject>(row: T) =>
  Type.Object({
    items: Type.Array(row),
    total: Type.Integer({ description: 'Rows that match, over all pages.' }),
    next: maybe(Type.String({ description: 'Give it as `after` for the next page; null on the last.' })),
    revision: Type.Integer({ description: 'The change the answer is as of; the stream goes on from here.' }),
  })

/** What keeps an object from being well, and what would mend it. */
export const Problem = Type.Object({
  code: text('Stable, for programs.'),
  title: Words,
  remedy: Words,
})

/** RFC 9457. */
export const ProblemDocument = Type.Object({
  type: text('`/errors/CODE`'),
  title: Words,
  status: Type.Integer(),
  code: text('One of the codes the operation lists.'),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(text('The request.')),
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), why: Type.String() }))),
})
