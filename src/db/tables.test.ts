import { readFileSync } from 'node:fs'

import type { Selectable } from 'kysely'
import { expect, test } from 'vitest'

import type { Row, Tables } from './tables.ts'
import { testDatabase } from './testing.ts'
import { stepsModule } from './write-steps.ts'

/** The PostgreSQL types a column of TypeScript type T may have; a question mark says that it may be null. */
type PgType<T> = null extends T ? `${Plain<Exclude<T, null>>}?` : Plain<T>
type Plain<T> = T extends string
  ? 'text' | 'uuid'
  : T extends number
    ? 'int4' | 'int8'
    : T extends boolean
      ? 'bool'
      : T extends Date
        ? 'timestamptz'
        : T extends string[]
          ? '_text'
          : never
/** `jsonb` fits every column type that is none of the plain ones. */
type ColumnOf<T> = PgType<T> | 'jsonb' | (null extends T ? 'jsonb?' : never)
type Shape = { readonly [T in keyof Tables]: { readonly [C in keyof Row<T>]: ColumnOf<Selectable<Tables[T]>[C]> } }

/** tables.ts once more as values: the compiler holds it against the types, this test against the database. */
const shape = {
  setting: { key: 'text', value: 'jsonb', changed_at: 'timestamptz' },
  host: {
    id: 'uuid',
    name: 'text',
    uri: 'text',
    state: 'text',
    reason: 'text?',
    since: 'timestamptz',
    facts: 'jsonb',
    events_seen: 'int8',
    repaired: 'int8',
    relisted_at: 'timestamptz?',
    scopes: '_text',
    created_at: 'timestamptz',
  },
  definition: { hash: 'text', xml: 'text', first_seen: 'timestamptz' },
  vm: {
    id: 'uuid',
    name: 'text',
    name_key: 'text',
    title: 'text?',
    memory_mib: 'int8',
    vcpus: 'int4',
    made_by: 'uuid?',
    owner_copy: 'uuid?',
    tags: '_text',
    notes: 'text',
    protected: 'bool',
    sample: 'bool',
    summary: 'jsonb',
    definition_hash: 'text?',
    scopes: '_text',
    created_at: 'timestamptz',
    created_by: 'text?',
    revision: 'int8',
    gone_at: 'timestamptz?',
  },
  sighting: {
    host_id: 'uuid',
    uuid: 'uuid',
    vm_id: 'uuid',
    name: 'text',
    state: 'text',
    reason: 'text?',
    persistent: 'bool',
    autostart: 'bool',
    since: 'timestamptz',
    active_since: 'timestamptz?',
    definition_hash: 'text?',
    libvirt_id: 'int4?',
    first_seen: 'timestamptz',
    seen_at: 'timestamptz',
  },
  pool: {
    id: 'uuid',
    host_id: 'uuid',
    uuid: 'uuid',
    name: 'text',
    kind: 'text',
    state: 'text',
    autostart: 'bool',
    target_path: 'text?',
    capacity_bytes: 'int8',
    allocation_bytes: 'int8',
    available_bytes: 'int8',
    scopes: '_text',
    seen_at: 'timestamptz',
  },
  volume: {
    id: 'uuid',
    pool_id: 'uuid',
    name: 'text',
    name_hash: 'text',
    key: 'text',
    path: 'text?',
    kind: 'text',
    format: 'text?',
    capacity_bytes: 'int8',
    allocation_bytes: 'int8',
    backing: 'text?',
    scopes: '_text',
    seen_at: 'timestamptz',
  },
  network: {
    id: 'uuid',
    host_id: 'uuid',
    uuid: 'uuid',
    name: 'text',
    state: 'text',
    bridge: 'text?',
    forward: 'text?',
    autostart: 'bool',
    scopes: '_text',
    seen_at: 'timestamptz',
  },
  change: {
    revision: 'int8',
    at: 'timestamptz',
    kind: 'text',
    object_kind: 'text',
    object_id: 'text',
    object_name: 'text',
    host_id: 'uuid?',
    vm_id: 'uuid?',
    author_kind: 'text',
    author: 'text?',
    task_id: 'uuid?',
    title: 'text',
    before: 'jsonb?',
    after: 'jsonb?',
    details: 'jsonb?',
    scopes: '_text',
  },
  task: {
    id: 'uuid',
    number: 'int8',
    name: 'text',
    title: 'text',
    input: 'jsonb',
    object_kind: 'text?',
    object_id: 'text?',
    object_name: 'text?',
    host_id: 'uuid?',
    state: 'text',
    step: 'int4',
    progress: 'jsonb?',
    cause: 'text?',
    by_user: 'uuid?',
    by_name: 'text',
    error: 'jsonb?',
    result: 'jsonb?',
    lease_holder: 'text?',
    lease_until: 'timestamptz?',
    epoch: 'int8',
    wake_at: 'timestamptz',
    undo_attempts: 'int4',
    cancel_requested: 'timestamptz?',
    created_at: 'timestamptz',
    started_at: 'timestamptz?',
    ended_at: 'timestamptz?',
    scopes: '_text',
  },
  task_step: {
    task_id: 'uuid',
    index: 'int4',
    name: 'text',
    state: 'text',
    attempt: 'int4',
    result: 'jsonb?',
    error: 'jsonb?',
    started_at: 'timestamptz?',
    ended_at: 'timestamptz?',
  },
  task_log: { id: 'int8', task_id: 'uuid', at: 'timestamptz', line: 'text' },
  lock: { object_kind: 'text', object_id: 'text', task_id: 'uuid', cause: 'text', since: 'timestamptz' },
  account: {
    id: 'uuid',
    name: 'text',
    password_hash: 'text?',
    must_change: 'bool',
    role: 'text',
    scopes: '_text',
    created_at: 'timestamptz',
    failed: 'int4',
    retry_at: 'timestamptz?',
    disabled: 'bool',
  },
  session: {
    token_hash: 'text',
    account_id: 'uuid',
    kind: 'text',
    created: 'timestamptz',
    seen: 'timestamptz',
    expires: 'timestamptz',
    address: 'text?',
    agent: 'text?',
  },
  ticket: {
    hash: 'text',
    account_id: 'uuid?',
    session_hash: 'text?',
    vm_id: 'uuid',
    kind: 'text',
    expires: 'timestamptz',
    used_at: 'timestamptz?',
  },
  idempotency: { account: 'text', key: 'text', request_hash: 'text', answer: 'jsonb?', at: 'timestamptz' },
  schema_step: { number: 'int4', name: 'text', hash: 'text', applied_at: 'timestamptz' },
} satisfies Shape

test('the types of the tables are the tables of the database', async () => {
  await using db = await testDatabase()
  const { rows } = await db.pool.query<{ table_name: string; column_name: string; type: string }>(
    `select table_name, column_name, udt_name || case is_nullable when 'YES' then '?' else '' end as type
     from information_schema.columns where table_schema = 'public'`,
  )
  const found: Record<string, Record<string, string>> = {}
  for (const { table_name, column_name, type } of rows) (found[table_name] ??= {})[column_name] = type
  expect(found).toEqual(shape)
})

test('steps.gen.ts holds the SQL files as they are', () => {
  expect(readFileSync(new URL('steps.gen.ts', import.meta.url), 'utf8')).toBe(stepsModule())
})
