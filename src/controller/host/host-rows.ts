import { sql, type Kysely } from 'kysely'

import type { Host } from '../../api/resources/host.ts'
import type { Json } from '../../base/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { HostRow } from './host-store.ts'

type Counts = { readonly all: number; readonly running: number }

/** Hosts as the API shows them, with the counts of their VMs. */
export async function toHosts(db: Kysely<Tables>, rows: readonly HostRow[]): Promise<Host[]> {
  if (rows.length === 0) return []
  const answer = await sql<{ host_id: string; all: number; running: number }>`
    select host_id, count(*) as all, count(*) filter (where state = 'running') as running from sighting
    where host_id = any (${rows.map((row) => row.id)}::uuid[]) group by host_id`.execute(db)
  const counts = new Map(answer.rows.map((row) => [row.host_id, row]))
  return rows.map((row) => toHost(row, counts.get(row.id) ?? { all: 0, running: 0 }))
}

function toHost(row: HostRow, vms: Counts): Host {
  const text = (key: string): string | null => (typeof row.facts[key] === 'string' ? row.facts[key] : null)
  const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)
  const kvm = row.facts['kvm'] as Host['kvm'] | undefined
  return {
    id: row.id,
    name: row.name,
    uri: row.uri,
    state: row.state as Host['state'],
    reason: row.reason,
    since: row.since.toISOString(),
    libvirt: text('libvirt'),
    qemu: text('qemu'),
    cpus: number(row.facts['cpus']),
    cpuModel: text('cpuModel'),
    memoryBytes: number(row.facts['memoryBytes']),
    memoryFreeBytes: typeof row.facts['memoryFreeBytes'] === 'number' ? row.facts['memoryFreeBytes'] : null,
    kvm: kvm ?? { works: false, why: 'Not proved yet.' },
    vms: { all: vms.all, running: vms.running },
    repaired: row.repaired,
    relistedAt: row.relisted_at?.toISOString() ?? null,
    problem:
      row.state === 'down'
        ? {
            code: 'host_silent',
            title: `${row.name} is silent: ${row.reason ?? 'no reason given'}.`,
            remedy: 'Its VMs may still run. Look whether libvirt runs there; Floe connects again by itself.',
          }
        : kvm && !kvm.works
          ? { code: 'no_kvm', title: `${row.name} emulates processors in software: VMs are slow.`, remedy: kvm.why }
          : null,
  }
}
