import { Type } from 'typebox'

import { Account, AccountCreate, Login, OneTimePassword, PasswordChange, Session } from '../resources/account.ts'
import { Ref } from '../resources/common.ts'
import { route } from '../route.ts'

const params = Type.Object({ user: Ref })

export const accountRoutes = {
  login: route({
    id: 'session.login',
    method: 'POST',
    path: '/login',
    summary: 'Log in',
    may: 'anyone',
    body: Login,
    answers: { 200: Session },
    errors: ['wrong_password', 'slow_down', 'too_many'],
  }),
  logout: route({
    id: 'session.logout',
    method: 'POST',
    path: '/logout',
    summary: 'Log out; the session is dead at once',
    may: 'session',
    answers: { 204: Type.Null() },
    errors: [],
  }),
  session: route({
    id: 'session.get',
    method: 'GET',
    path: '/session',
    summary: 'Who am I',
    may: 'session',
    answers: { 200: Session },
    errors: [],
  }),
  changePassword: route({
    id: 'session.password',
    method: 'PUT',
    path: '/session/password',
    summary: 'Choose a password; every other session of the account ends',
    description: 'With a one-time password `old` may be left out: the login just proved it.',
    may: 'session',
    body: PasswordChange,
    answers: { 200: Session },
    errors: ['wrong_password', 'password_weak', 'slow_down'],
  }),
  listUsers: route({
    id: 'user.list',
    method: 'GET',
    path: '/users',
    summary: 'List users',
    may: 'account.manage',
    answers: { 200: Type.Object({ items: Type.Array(Account) }) },
    errors: [],
  }),
  createUser: route({
    id: 'user.create',
    method: 'POST',
    path: '/users',
    summary: 'Create a user; answers a one-time password',
    may: 'account.manage',
    body: AccountCreate,
    answers: { 201: Type.Object({ account: Account, password: Type.String() }) },
    errors: ['account_taken'],
  }),
  firstPassword: route({
    id: 'user.one-time-password',
    method: 'POST',
    path: '/users/:user/one-time-password',
    summary: 'A new one-time password for a user who has not chosen one yet',
    may: 'local',
    params,
    answers: { 201: OneTimePassword },
    errors: ['not_found', 'password_chosen'],
  }),
  resetPassword: route({
    id: 'user.reset-password',
    method: 'POST',
    path: '/users/:user/reset-password',
    summary: 'Replace a user’s password by a one-time password; their sessions end',
    may: 'local',
    params,
    answers: { 201: OneTimePassword },
    errors: ['not_found'],
  }),
}
