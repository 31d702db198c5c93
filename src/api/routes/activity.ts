import { Type } from 'typebox'

import { ChangePage, StreamChange } from '../resources/change.ts'
import { PageQuery } from '../resources/common.ts'
import { Health, Overview } from '../resources/overview.ts'
import { TaskAnswer, TaskDetail, TaskPage } from '../resources/task.ts'
import { route } from '../route.ts'

const params = Type.Object({ task: Type.String({ maxLength: 64, description: 'Number or id.' }) })
const about = {
  vm: Type.Optional(Type.String({ maxLength: 255, description: 'Only of this VM.' })),
  host: Type.Optional(Type.String({ maxLength: 255 })),
}

export const activityRoutes = {
  overview: route({
    id: 'overview',
    method: 'GET',
    path: '/overview',
    summary: 'What is wrong, and how much there is',
    may: 'vm.see',
    answers: { 200: Overview },
    errors: [],
  }),
  listTasks: route({
    id: 'task.list',
    method: 'GET',
    path: '/tasks',
    summary: 'List tasks, newest first',
    may: 'task.see',
    query: Type.Object({
      ...PageQuery,
      ...about,
      state: Type.Optional(Type.String({ maxLength: 32, description: 'A state, or `open` for what has not ended.' })),
    }),
    answers: { 200: TaskPage },
    errors: [],
  }),
  getTask: route({
    id: 'task.get',
    method: 'GET',
    path: '/tasks/:task',
    summary: 'Show a task',
    may: 'task.see',
    on: 'task',
    params,
    answers: { 200: TaskDetail },
    errors: ['not_found'],
  }),
  cancelTask: route({
    id: 'task.cancel',
    method: 'POST',
    path: '/tasks/:task/cancel',
    summary: 'Cancel a task: what it did is undone',
    may: 'task.cancel',
    on: 'task',
    params,
    answers: { 202: TaskAnswer },
    errors: ['not_found', 'task_ended'],
  }),
  listChanges: route({
    id: 'change.list',
    method: 'GET',
    path: '/changes',
    summary: 'List changes, newest first',
    may: 'change.see',
    query: Type.Object({
      ...PageQuery,
      ...about,
      author: Type.Optional(Type.Enum(['user', 'outside', 'floe'])),
      kind: Type.Optional(Type.String({ maxLength: 64, description: 'One kind, or a noun for all of its kinds.' })),
      steps: Type.Optional(Type.Boolean({ description: 'With every step and progress of tasks too.' })),
    }),
    answers: { 200: ChangePage },
    errors: [],
  }),
  streamChanges: route({
    id: 'change.stream',
    method: 'GET',
    path: '/changes/stream',
    summary: 'Follow changes as server-sent events',
    description:
      'Messages: `hello` {revision}, `change` (id: its revision), `resync` {why}: load anew, then go on. Resumes after `since` or the Last-Event-ID header.',
    may: 'change.see',
    query: Type.Object({
      since: Type.Optional(Type.Integer({ minimum: 0, description: 'Go on after this revision; left out: from now.' })),
    }),
    answers: {
      200: Type.Unsafe<never>({ type: 'string', contentMediaType: 'text/event-stream', contentSchema: StreamChange }),
    },
    errors: ['revision_gone'],
  }),
  health: route({
    id: 'health',
    method: 'GET',
    path: '//healthz',
    summary: 'The process lives',
    may: 'anyone',
    answers: { 200: Health },
    errors: [],
  }),
  ready: route({
    id: 'ready',
    method: 'GET',
    path: '//readyz',
    summary: 'It can serve: database there, schema current',
    may: 'anyone',
    answers: { 200: Health, 503: Health },
    errors: [],
  }),
  metrics: route({
    id: 'metrics',
    method: 'GET',
    path: '//metrics',
    summary: 'Figures for Prometheus',
    may: 'metrics.see',
    answers: { 200: Type.Unsafe<string>({ type: 'string', contentMediaType: 'text/plain' }) },
    errors: [],
  }),
  openapi: route({
    id: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    may: 'anyone',
    answers: { 200: Type.Unknown() },
    errors: [],
  }),
}
