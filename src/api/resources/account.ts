import { Type, type Static } from 'typebox'

import { Id, maybe, Name, text, Time } from './common.ts'

export const Role = Type.Enum(['administrator', 'operator', 'viewer', 'user'])

export const Account = Type.Object({
  id: Id,
  name: Type.String(),
  role: Role,
  mustChangePassword: Type.Boolean(),
  createdAt: Time,
  lastSeenAt: maybe(Time),
})
export const AccountCreate = Type.Object({ name: Name, role: Role }, { additionalProperties: false })

const Password = Type.String({ minLength: 1, maxLength: 1024 })
export const Login = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    password: Password,
    use: Type.Optional(
      Type.Enum(['web', 'cli'], { description: 'cli: the answer carries a bearer token instead of a cookie.' }),
    ),
  },
  { additionalProperties: false },
)
export const Session = Type.Object({
  account: Account,
  csrf: text('Send it as X-Floe-Csrf with every call that changes something.'),
  token: Type.Optional(text('For `use: cli` only. Shown once.')),
  copy: text('This Floe’s id.'),
  version: Type.String(),
  secure: Type.Boolean({ description: 'The connection is encrypted.' }),
})
export const PasswordChange = Type.Object(
  { old: Type.Optional(Password), new: Password },
  { additionalProperties: false },
)
export const OneTimePassword = Type.Object({ name: Type.String(), password: Type.String() })

export type Account = Static<typeof Account>
export type Session = Static<typeof Session>
