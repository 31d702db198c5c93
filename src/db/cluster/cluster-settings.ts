/** postgresql.conf of Floe's own cluster: no port, durable, small when idle. Written anew at each start, so that a
 *  newer Floe brings its newer settings; what an administrator wants otherwise goes into `floe-local.conf` beside it. */
export const clusterSettings = (
  socketDir: string,
): string => `# Written by Floe at each start. Put your own settings into floe-local.conf.
listen_addresses = ''
unix_socket_directories = '${socketDir.replaceAll("'", "''")}'
unix_socket_permissions = 0700
max_connections = 60
# Durability is not for sale: a commit that was answered is on the disk.
fsync = on
synchronous_commit = on
full_page_writes = on
# Small while nothing happens: measured 25 MB resident in all.
shared_buffers = 32MB
wal_buffers = 1MB
max_wal_size = 256MB
min_wal_size = 32MB
max_worker_processes = 2
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_wal_senders = 0
wal_level = minimal
autovacuum_max_workers = 1
jit = off
huge_pages = off
wal_writer_delay = 1s
bgwriter_delay = 1s
log_timezone = 'UTC'
timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = warning
log_checkpoints = off
include_if_exists = 'floe-local.conf'
`

/** pg_hba.conf: who the operating system says you are is who you are; nobody comes by network. */
export const clusterAccess = `# Written by Floe.
local all all peer
`
