import { Type, type TObject, type TSchema } from 'typebox'

import { patterns } from '../patterns.ts'

export const Id = Type.String({
  pattern: patterns.id.pattern,
  description: "Floe's own identifier.",
})
export const Time = Type.String({ format: 'date-time', description: 'UTC, RFC 3339.' })
export const Name = Type.String({
  title: 'Name',
  minLength: 1,
  maxLength: 63,
  pattern: patterns.name.pattern,
  description: 'Letters, digits, dot, underscore and hyphen; begins with a letter or digit.',
})
/** An object in a path: its id, or its name where that is unambiguous. */
export const Ref = Type.String({ minLength: 1, maxLength: 255, description: 'Id, or name.' })
/** Text of several lines that people write. */
export const prose = (title: string) =>
  Type.String({ title, maxLength: 4096, pattern: patterns.prose.pattern, description: 'Without control characters.' })
/** A name that libvirt gave, or whatever refers to an object in a body. */
export const refTo = (title: string, description?: string) =>
  Type.String({ title, minLength: 1, maxLength: 255, ...(description && { description }) })
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

/** What is wrong with one value of a request. */
export const FieldProblem = Type.Object({
  field: text('Its name in the schema: `vcpus`, `disks.0.sizeGiB`.'),
  pointer: Type.Optional(text('JSON pointer into the body, when it is of the body: `/disks/0/sizeGiB`.')),
  label: Type.Optional(text('What people call it: “Memory”.')),
  why: text('Completes a sentence that begins with the label or the field.'),
})

/** RFC 9457. */
export const ProblemDocument = Type.Object({
  type: text('`/errors/CODE`'),
  title: Words,
  status: Type.Integer(),
  code: text('One of the codes the operation lists.'),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(text('The request.')),
  errors: Type.Optional(Type.Array(FieldProblem)),
})
