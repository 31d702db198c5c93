import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely'

import type { AccountId, CopyId, HostId, NetworkId, PoolId, TaskId, VmId, VolumeId } from '../base/ids.ts'
import type { Json } from '../base/json.ts'

declare const encoded: unique symbol
/** JSON text on its way into a jsonb column; made by `json()` only, because pg would send an array as a PostgreSQL array. */
export type JsonText = string & { readonly [encoded]: true }

/** A jsonb column: parsed when read, `json(value)` when written. */
type JsonColumn<T = Json> = ColumnType<T, JsonText, JsonText>
type JsonDefault<T = Json> = ColumnType<T, JsonText | undefined, JsonText>
type JsonOrNull<T = Json> = ColumnType<T | null, JsonText | null | undefined, JsonText | null>
type Strings = ColumnType<string[], readonly string[] | undefined, readonly string[]>
type Time = ColumnType<Date, Date | string, Date | string>
type TimeDefault = ColumnType<Date, Date | string | undefined, Date | string>
type TimeOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

type SettingTable = { key: string; value: JsonColumn; changed_at: TimeDefault }

type HostTable = {
  id: HostId
  name: string
  uri: string
  state: string
  reason: string | null
  since: TimeDefault
  facts: JsonDefault<Record<string, Json | undefined>>
  events_seen: Generated<number>
  /** How often the re-list found what no event had told. */
  repaired: Generated<number>
  relisted_at: TimeOrNull
  scopes: Strings
  created_at: TimeDefault
}

type DefinitionTable = { hash: string; xml: string; first_seen: TimeDefault }

type VmTable = {
  id: VmId
  name: string
  /** For sorting and keyset pages: the first 200 characters in lower case. */
  name_key: GeneratedAlways<string>
  title: string | null
  memory_mib: Generated<number>
  vcpus: Generated<number>
  /** The task that made it; null when it was adopted. */
  made_by: TaskId | null
  /** The marker of another Floe: read-only here until taken over. */
  owner_copy: CopyId | null
  tags: Strings
  notes: Generated<string>
  protected: Generated<boolean>
  sample: Generated<boolean>
  summary: JsonDefault<Record<string, Json | undefined>>
  definition_hash: string | null
  scopes: Strings
  created_at: TimeDefault
  created_by: string | null
  revision: Generated<number>
  gone_at: TimeOrNull
}

type SightingTable = {
  host_id: HostId
  /** libvirt's. */
  uuid: string
  vm_id: VmId
  name: string
  state: string
  reason: string | null
  persistent: Generated<boolean>
  autostart: Generated<boolean>
  since: TimeDefault
  active_since: TimeOrNull
  definition_hash: string | null
  libvirt_id: number | null
  first_seen: TimeDefault
  seen_at: TimeDefault
}

type PoolTable = {
  id: PoolId
  host_id: HostId
  uuid: string
  name: string
  kind: string
  state: string
  autostart: Generated<boolean>
  target_path: string | null
  capacity_bytes: Generated<number>
  allocation_bytes: Generated<number>
  available_bytes: Generated<number>
  scopes: Strings
  seen_at: TimeDefault
}

type VolumeTable = {
  id: VolumeId
  pool_id: PoolId
  name: string
  /** md5 of the name: unique with the pool (`on conflict (pool_id, name_hash)`). */
  name_hash: GeneratedAlways<string>
  key: string
  path: string | null
  kind: string
  format: string | null
  capacity_bytes: Generated<number>
  allocation_bytes: Generated<number>
  backing: string | null
  scopes: Strings
  seen_at: TimeDefault
}

type NetworkTable = {
  id: NetworkId
  host_id: HostId
  uuid: string
  name: string
  state: string
  bridge: string | null
  forward: string | null
  autostart: Generated<boolean>
  scopes: Strings
  seen_at: TimeDefault
}

export type AuthorKind = 'user' | 'outside' | 'floe'

/** Append-only: written by `appendChanges` alone. */
type ChangeTable = {
  revision: number
  at: TimeDefault
  kind: string
  object_kind: string
  object_id: string
  object_name: string
  host_id: HostId | null
  vm_id: VmId | null
  author_kind: AuthorKind
  author: string | null
  task_id: TaskId | null
  title: string
  before: JsonOrNull
  after: JsonOrNull
  details: JsonOrNull
  scopes: Strings
}

/** `undone`: it failed and everything it had done was undone. `failed`: nothing had to be undone, or something is left. */
export type TaskState = 'waiting' | 'running' | 'undoing' | 'done' | 'failed' | 'undone' | 'cancelled'
export type TaskProgress = {
  readonly done?: number | undefined
  readonly total?: number | undefined
  readonly unit?: string | undefined
  readonly words?: string | undefined
}
/** Why a task or a step did not succeed; `undo` and `left` when undoing failed too. */
export type TaskErrorJson = {
  readonly code: string
  readonly message: string
  readonly status?: number | undefined
  readonly step?: string | undefined
  readonly details?: Json | undefined
  readonly undo?: { readonly code: string; readonly message: string; readonly step: string } | undefined
  /** Names of the steps whose effects may still be there. */
  readonly left?: readonly string[] | undefined
}

type TaskTable = {
  id: TaskId
  number: GeneratedAlways<number>
  name: string
  title: string
  input: JsonColumn
  object_kind: string | null
  object_id: string | null
  object_name: string | null
  host_id: HostId | null
  state: Generated<TaskState>
  /** Index of the step it is at. */
  step: Generated<number>
  progress: JsonOrNull<TaskProgress>
  cause: string | null
  by_user: AccountId | null
  by_name: string
  error: JsonOrNull<TaskErrorJson>
  result: JsonOrNull
  /** Task lease, on the database's clock. */
  lease_holder: string | null
  lease_until: TimeOrNull
  epoch: Generated<number>
  wake_at: TimeDefault
  undo_attempts: Generated<number>
  cancel_requested: TimeOrNull
  created_at: TimeDefault
  started_at: TimeOrNull
  ended_at: TimeOrNull
  scopes: Strings
}

type TaskStepState = 'waiting' | 'doing' | 'done' | 'failed' | 'undoing' | 'undone'

type TaskStepTable = {
  task_id: TaskId
  index: number
  name: string
  state: Generated<TaskStepState>
  attempt: Generated<number>
  result: JsonOrNull
  error: JsonOrNull<TaskErrorJson>
  started_at: TimeOrNull
  ended_at: TimeOrNull
}

type TaskLogTable = { id: GeneratedAlways<number>; task_id: TaskId; at: TimeDefault; line: string }

type LockTable = {
  object_kind: string
  object_id: string
  task_id: TaskId
  /** Completes the sentence "NAME ...": is being started. */
  cause: string
  since: TimeDefault
}

type AccountTable = {
  id: AccountId
  name: string
  password_hash: string | null
  must_change: Generated<boolean>
  role: string
  scopes: Strings
  created_at: TimeDefault
  failed: Generated<number>
  retry_at: TimeOrNull
  disabled: Generated<boolean>
}

type SessionTable = {
  token_hash: string
  account_id: AccountId
  kind: 'web' | 'cli'
  created: TimeDefault
  seen: TimeDefault
  expires: Time
  address: string | null
  agent: string | null
}

type TicketTable = {
  hash: string
  /** Null, like the session: the local administrator. */
  account_id: AccountId | null
  session_hash: string | null
  vm_id: VmId
  kind: 'vnc' | 'serial'
  expires: Time
  used_at: TimeOrNull
}

type IdempotencyTable = {
  account: string
  key: string
  request_hash: string
  answer: JsonOrNull
  at: TimeDefault
}

/** Every table of steps/*.sql; tables.test.ts compares them with the database. */
export type Tables = {
  setting: SettingTable
  host: HostTable
  definition: DefinitionTable
  vm: VmTable
  sighting: SightingTable
  pool: PoolTable
  volume: VolumeTable
  network: NetworkTable
  change: ChangeTable
  task: TaskTable
  task_step: TaskStepTable
  task_log: TaskLogTable
  lock: LockTable
  account: AccountTable
  session: SessionTable
  ticket: TicketTable
  idempotency: IdempotencyTable
  schema_step: { number: number; name: string; hash: string; applied_at: TimeDefault }
}

export type Row<Table extends keyof Tables> = Selectable<Tables[Table]>
