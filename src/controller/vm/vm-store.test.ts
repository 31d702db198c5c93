import { expect, test } from 'vitest'

import { testDatabase, type TestDatabase } from '../../db/testing.ts'
import { isSortKey, sortKey } from './vm-sort.ts'
import { countVms, listVms, type Filter, type VmRow, type Window } from './vm-store.ts'

/** `count` VMs on two hosts, the second of them silent; names vm-00000 …, every third runs. */
async function fill(db: TestDatabase, count: number): Promise<void> {
  await db.pool.query(`insert into host (id, name, uri, state, scopes) values
    ('00000000-0000-4000-8000-00000000000a', 'hv1', 'a', 'up', '{all}'), ('00000000-0000-4000-8000-00000000000b', 'hv2', 'b', 'down', '{all}')`)
  await db.pool.query(
    `insert into vm (id, name, memory_mib, vcpus, scopes, tags)
     select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, 'vm-' || lpad(n::text, 5, '0'), (n % 7 + 1) * 256, n % 4 + 1,
       case when n % 100 = 0 then '{all,account:ada}'::text[] else '{all}' end, case when n % 10 = 0 then '{web}'::text[] else '{}' end
     from generate_series(0, $1 - 1) n`,
    [count],
  )
  await db.pool.query(
    `insert into sighting (host_id, uuid, vm_id, name, state)
     select ('00000000-0000-4000-8000-00000000000' || case when n % 2 = 0 then 'a' else 'b' end)::uuid, vm.id, vm.id, vm.name, case when n % 3 = 0 then 'running' else 'shutoff' end
     from vm, lateral (select right(vm.name, 5)::int as n) x`,
  )
  await db.pool.query('analyze')
}

const byName = { sort: 'name', down: false, limit: 100, from: 0 } as const

test('20,000 VMs: a window anywhere, in any order, shows the right rows; its time is printed', async () => {
  await using db = await testDatabase()
  await fill(db, 20_000)
  const times: string[] = []
  const ask = async (words: string, filter: Filter, window: Window, scopes = ['all']): Promise<VmRow[]> => {
    const began = performance.now()
    const rows = await listVms(db.kysely, scopes, filter, window)
    times.push(`${words} ${(performance.now() - began).toFixed(0)} ms`)
    return rows
  }
  const middle = await ask('at 10,000 by name', {}, { ...byName, from: 10_000 })
  expect([middle.length, middle[0]?.name, middle.at(-1)?.name]).toEqual([100, 'vm-10000', 'vm-10099'])
  const last = await ask('last by name', {}, { ...byName, down: true })
  expect(last[0]?.name).toBe('vm-19999')
  const memory = await ask('by memory', {}, { ...byName, sort: 'memory', down: true, from: 500 })
  expect(new Set(memory.map((row) => row.memory_mib))).toEqual(new Set([1792]))
  const states = await ask('by state', { state: 'running' }, { ...byName, sort: 'state' })
  expect(states.map((row) => row.state).every((state) => state === 'running')).toBe(true)
  const found = await ask('searched', { q: 'VM-1234' }, byName)
  expect(found.map((row) => row.name)).toEqual(Array.from({ length: 10 }, (_, n) => `vm-1234${n}`))
  expect(await ask('by tag', { q: 'web' }, byName)).toHaveLength(100)
  const own = await ask('of one person', {}, byName, ['account:ada'])
  expect(own.map((row) => row.name).slice(0, 2)).toEqual(['vm-00000', 'vm-00100'])

  const began = performance.now()
  const counts = await countVms(db.kysely, ['all'], {})
  times.push(`counts ${(performance.now() - began).toFixed(0)} ms`)
  // What a silent host shows is not known.
  expect(counts).toEqual({ running: 3334, shutoff: 6666, unknown: 10_000 })
  console.log(`20,000 VMs: ${times.join(', ')}`)
})

test('pages follow each other without a gap or a double, whatever they are sorted by', async () => {
  await using db = await testDatabase()
  await fill(db, 250)
  for (const sort of ['name', 'state', 'memory', 'vcpus', 'created'] as const)
    for (const down of [false, true]) {
      const names: string[] = []
      const sizes: number[] = []
      let after: Window['after']
      for (;;) {
        const rows = await listVms(db.kysely, ['all'], {}, { sort, down, limit: 60, after })
        names.push(...rows.map((row) => row.name))
        sizes.push(...rows.map((row) => row.memory_mib * (down ? -1 : 1)))
        const end = rows.at(-1)
        if (end === undefined || rows.length < 60) break
        const key = sortKey(end, sort)
        expect(isSortKey(sort, key)).toBe(true)
        after = { key, name: end.name_key, id: end.id }
      }
      expect(new Set(names).size).toBe(250)
      expect(names).toHaveLength(250)
      const ordered = sort === 'memory' ? sizes.toSorted((a, b) => a - b) : sizes
      expect(sizes).toEqual(ordered)
    }
})
