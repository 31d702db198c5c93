-- What Floe remembers. libvirt is the truth about VMs: vm, sighting, definition, pool, volume and network
-- are its picture, the rest is Floe's own. Applied inside one transaction by run-schema-steps.ts.
-- Rows carry the scopes they belong to: one predicate (scopes && ...) everywhere, no join per relation.

create table setting (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

create table host (
  id uuid primary key,
  name text not null unique,
  uri text not null unique,
  state text not null,
  reason text,
  since timestamptz not null default now(),
  facts jsonb not null default '{}',
  events_seen bigint not null default 0,
  -- How often the re-list found what no event had told.
  repaired bigint not null default 0,
  relisted_at timestamptz,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now()
);

-- Inactive XML in canonical form, once per hash (sha256 in hex).
create table definition (
  hash text primary key,
  xml text not null,
  first_seen timestamptz not null default now()
);

create table vm (
  id uuid primary key,
  -- What libvirt calls it. Not unique: adopted VMs of two hosts share names.
  name text not null,
  -- For sorting and keyset pages (name_key, id): a name from outside may be longer than an index row can be.
  name_key text collate "C" not null generated always as (lower(left(name, 200))) stored,
  title text,
  memory_mib bigint not null default 0,
  vcpus integer not null default 0,
  -- The task that made it; null when it was adopted.
  made_by uuid,
  -- The marker of another Floe: read-only here until taken over.
  owner_copy uuid,
  tags text[] not null default '{}',
  notes text not null default '',
  protected boolean not null default false,
  sample boolean not null default false,
  summary jsonb not null default '{}',
  definition_hash text references definition (hash) deferrable initially deferred,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  created_by text,
  -- Of the last change of this row.
  revision bigint not null default 0,
  -- No host shows it any more.
  gone_at timestamptz
);
create index vm_by_name on vm (name_key, id);
create index vm_by_scope on vm using gin (scopes);
create index vm_by_definition on vm (definition_hash);

-- What a host shows under a libvirt UUID. Two running sightings of one VM are a state (moving, or a conflict
-- with a remedy), so the key is (host, uuid) and never the VM.
create table sighting (
  host_id uuid not null references host (id) on delete cascade,
  uuid uuid not null,
  vm_id uuid not null references vm (id) deferrable initially deferred,
  name text not null,
  state text not null,
  reason text,
  persistent boolean not null default true,
  autostart boolean not null default false,
  -- When it came into this state, as far as Floe saw it.
  since timestamptz not null default now(),
  active_since timestamptz,
  definition_hash text references definition (hash) deferrable initially deferred,
  -- libvirt's number of the running domain; null when it does not run.
  libvirt_id integer,
  -- When this host showed it first: of several, the first counts where none runs.
  first_seen timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (host_id, uuid)
);
create index sighting_by_vm on sighting (vm_id);
create index sighting_by_definition on sighting (definition_hash);

-- libvirt's storage and networks: read only for Floe, except the pool it made itself.
create table pool (
  id uuid primary key,
  host_id uuid not null references host (id) on delete cascade,
  uuid uuid not null,
  name text not null,
  kind text not null,
  state text not null,
  autostart boolean not null default false,
  target_path text,
  capacity_bytes bigint not null default 0,
  allocation_bytes bigint not null default 0,
  available_bytes bigint not null default 0,
  scopes text[] not null default '{}',
  seen_at timestamptz not null default now(),
  unique (host_id, uuid)
);

create table volume (
  id uuid primary key,
  pool_id uuid not null references pool (id) on delete cascade,
  name text not null,
  -- The unique key: a name from outside may be longer than an index row can be.
  name_hash text not null generated always as (md5(name)) stored,
  key text not null,
  path text,
  kind text not null,
  format text,
  capacity_bytes bigint not null default 0,
  allocation_bytes bigint not null default 0,
  backing text,
  scopes text[] not null default '{}',
  seen_at timestamptz not null default now(),
  unique (pool_id, name_hash)
);

create table network (
  id uuid primary key,
  host_id uuid not null references host (id) on delete cascade,
  uuid uuid not null,
  name text not null,
  state text not null,
  bridge text,
  forward text,
  autostart boolean not null default false,
  scopes text[] not null default '{}',
  seen_at timestamptz not null default now(),
  unique (host_id, uuid)
);

-- History, audit and feed: three readings of one append-only table. No foreign key in or out, and keyed by
-- revision alone, so that it can become the first partition of a table partitioned by revision.
create table change (
  revision bigint primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  object_kind text not null,
  object_id text not null,
  object_name text not null,
  host_id uuid,
  vm_id uuid,
  author_kind text not null check (author_kind in ('user', 'outside', 'floe')),
  author text,
  task_id uuid,
  title text not null,
  before jsonb,
  after jsonb,
  details jsonb,
  scopes text[] not null default '{}'
);
create index change_by_vm on change (vm_id, revision) where vm_id is not null;
create index change_by_host on change (host_id, revision) where host_id is not null;
create index change_by_task on change (task_id, revision) where task_id is not null;
create index change_by_object on change (object_kind, md5(object_id), revision);
create index change_by_time on change using brin (at);

create function floe_refuse_change_rewrite() returns trigger language plpgsql as $$
begin
  raise exception 'The table change is append-only: % refused. Write a new row that says what became different.', tg_op
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger change_is_append_only before update or delete or truncate on change
  for each statement execute function floe_refuse_change_rewrite();

-- Appends a batch and returns its first revision. The advisory lock is held to the end of the transaction, so
-- revisions become visible in their order and without gaps: who has read n misses nothing below it. Call it
-- last: whoever holds it must wait for no other lock. Each statement sees what was committed before it began,
-- which is why the lock is taken by a statement of its own (and why READ COMMITTED is required).
create function floe_append_changes(rows jsonb) returns bigint language plpgsql as $$
declare
  head bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Changes can only be appended in a READ COMMITTED transaction.';
  end if;
  -- Deferred foreign keys lock the rows they point at: now, not at commit under the lock.
  set constraints all immediate;
  perform pg_advisory_xact_lock(7011001);
  select coalesce(max(revision), 0) into head from change;
  insert into change (revision, kind, object_kind, object_id, object_name, host_id, vm_id, author_kind, author,
                      task_id, title, before, after, details, scopes)
  select head + item.number, r.kind, r.object_kind, r.object_id, r.object_name, r.host_id, r.vm_id, r.author_kind,
         r.author, r.task_id, r.title, nullif(r.before, 'null'), nullif(r.after, 'null'), nullif(r.details, 'null'),
         coalesce(r.scopes, '{}')
  from jsonb_array_elements(rows) with ordinality as item (value, number),
       jsonb_to_record(item.value) as r (kind text, object_kind text, object_id text, object_name text, host_id uuid,
         vm_id uuid, author_kind text, author text, task_id uuid, title text, before jsonb, after jsonb, details jsonb,
         scopes text[])
  order by item.number;
  perform pg_notify('floe_change', '');
  return head + 1;
end $$;

-- Durable tasks: a row, its steps (the journal) and the locks it holds until it has ended.
create table task (
  id uuid primary key,
  number bigint not null unique generated always as identity,
  name text not null,
  title text not null,
  input jsonb not null,
  object_kind text,
  object_id text,
  object_name text,
  host_id uuid,
  state text not null default 'waiting'
    check (state in ('waiting', 'running', 'undoing', 'done', 'failed', 'undone', 'cancelled')),
  -- Index of the step it is at.
  step integer not null default 0,
  progress jsonb,
  cause text,
  by_user uuid,
  by_name text not null,
  error jsonb,
  result jsonb,
  -- Task lease, on the database's clock. Every journal write names the epoch it was made under.
  lease_holder text,
  lease_until timestamptz,
  epoch bigint not null default 0,
  -- Not before; a retry or a repeated undo waits until then.
  wake_at timestamptz not null default now(),
  undo_attempts integer not null default 0,
  cancel_requested timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  scopes text[] not null default '{}'
);
create index task_open on task (wake_at) where ended_at is null;
create index task_by_object on task (object_kind, md5(object_id), number);
create index task_by_time on task (created_at);

create table task_step (
  task_id uuid not null references task (id) on delete cascade,
  index integer not null,
  name text not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'doing', 'done', 'failed', 'undoing', 'undone')),
  attempt integer not null default 0,
  result jsonb,
  error jsonb,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (task_id, index)
);

create table task_log (
  id bigint primary key generated always as identity,
  task_id uuid not null references task (id) on delete cascade,
  at timestamptz not null default clock_timestamp(),
  line text not null
);
create index task_log_by_task on task_log (task_id, id);

create table lock (
  object_kind text not null,
  object_id text not null,
  task_id uuid not null references task (id) deferrable initially deferred,
  -- Completes the sentence "NAME ...": is being started.
  cause text not null,
  since timestamptz not null default now(),
  primary key (object_kind, object_id)
);
create index lock_by_task on lock (task_id);

-- People, sessions and tickets. Only hashes of secrets are stored.
create table account (
  id uuid primary key,
  name text not null unique,
  password_hash text,
  must_change boolean not null default false,
  role text not null,
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  failed integer not null default 0,
  retry_at timestamptz,
  disabled boolean not null default false
);

create table session (
  token_hash text primary key,
  account_id uuid not null references account (id) on delete cascade,
  kind text not null check (kind in ('web', 'cli')),
  created timestamptz not null default now(),
  seen timestamptz not null default now(),
  expires timestamptz not null,
  address text,
  agent text
);
create index session_by_account on session (account_id);
create index session_by_end on session (expires);

-- One-time way into a console. No account and no session: the local administrator on the machine itself.
create table ticket (
  hash text primary key,
  account_id uuid references account (id) on delete cascade,
  session_hash text references session (token_hash) on delete cascade,
  vm_id uuid not null,
  kind text not null check (kind in ('vnc', 'serial')),
  expires timestamptz not null,
  used_at timestamptz
);
create index ticket_by_end on ticket (expires);
create index ticket_by_session on ticket (session_hash);

create table idempotency (
  account text not null,
  key text not null,
  request_hash text not null,
  answer jsonb,
  at timestamptz not null default now(),
  primary key (account, key)
);
create index idempotency_by_time on idempotency (at);
