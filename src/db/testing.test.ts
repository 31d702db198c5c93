import { spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

import { expect, test } from 'vitest'

import { openDb } from './open-db.ts'
import { testDatabase } from './testing.ts'

test('two databases know nothing of each other', async () => {
  await using one = await testDatabase()
  await using two = await testDatabase()
  await one.kysely
    .insertInto('setting')
    .values({ key: 'a', value: '1' as never })
    .execute()
  expect(await two.kysely.selectFrom('setting').selectAll().execute()).toEqual([])
})

test('a connection that is left open fails the test that left it', async () => {
  const db = await testDatabase()
  await using leaked = openDb({ url: db.url })
  const client = await leaked.pool.connect()
  client.on('error', () => {})
  await client.query('select 42')
  await expect(db[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'test_leak', details: { who: ['select 42'] } })
  client.release(true)
})

test('the cluster of a process that was killed is removed', async () => {
  const module = new URL('testing.ts', import.meta.url).href
  const program = `const { testDatabase } = await import(${JSON.stringify(module)})
    const db = await testDatabase(); console.log(db.url); setInterval(() => {}, 1e6)`
  const args = ['--conditions=floe-source', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const { value: url } = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
    const folder = new URL(url as string).searchParams.get('host')!
    expect(existsSync(folder)).toBe(true)
    await using gone = whenGone(folder)
    child.kill('SIGKILL')
    await gone.promise
    expect(existsSync(folder)).toBe(false)
  } finally {
    child.kill('SIGKILL')
  }
})

function whenGone(folder: string): AsyncDisposable & { promise: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => (existsSync(folder) ? undefined : resolve())
  const watcher = watch(dirname(folder), look)
  look()
  return { promise, [Symbol.asyncDispose]: async () => watcher.close() }
}
