import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { startDriverHost } from './driver-host.ts'
import { startPostgres } from './postgres.ts'
import { identify, isAlive } from './processes.ts'
import { run } from './run.ts'
import { reap, scratch, scratchRoot } from './scratch.ts'
import { smallDisk } from './small-disk.ts'
import { until } from './until.ts'

test("a test driver's libvirtd has the domains asked for, and again after it was killed", async () => {
  await using host = await startDriverHost({ domains: 20 })
  expect((await host.virsh('list', '--all', '--name')).trim().split('\n')).toHaveLength(21)
  await host.virsh('start', 'd7')
  await host.kill()
  await expect(host.virsh('list')).rejects.toThrow('Connection refused')
  await host.start()
  expect(await host.virsh('domstate', 'd7')).toContain('shut off')
})

test('a small disk is full for every user, and free again', async () => {
  await using disk = await smallDisk()
  await disk.fill()
  expect(disk.freeBytes()).toBe(0)
  await expect(run('dd', ['if=/dev/zero', `of=${disk.path}/more`, 'bs=4096', 'count=1'])).rejects.toThrow(
    'No space left',
  )
  await disk.free()
  expect(disk.freeBytes()).toBeGreaterThan(40 << 20)
  await disk.fill(5 << 20)
  expect(disk.freeBytes()).toBeGreaterThanOrEqual(5 << 20)
  expect(disk.freeBytes()).toBeLessThan(6 << 20)
})

test('a PostgreSQL on a small disk keeps what was committed when it is killed', async () => {
  await using disk = await smallDisk({ sizeMiB: 128 })
  await using postgres = await startPostgres({ folder: disk.path })
  const sql = (statement: string) => run('psql', ['-At', postgres.url, '-c', statement])
  await sql('create table kept (n int); insert into kept values (7)')
  await postgres.kill()
  await expect(sql('select 1')).rejects.toThrow('Connection refused')
  await postgres.start()
  expect(await sql('select n from kept')).toBe('7\n')
})

test('what a killed run left behind is cleared by the next one, and a living run keeps its own', async () => {
  await using mine = await scratch('mine')
  const left = `import { scratch } from ${JSON.stringify(join(import.meta.dirname, 'scratch.ts'))}
    import { spawn } from 'node:child_process'
    import { identify } from ${JSON.stringify(join(import.meta.dirname, 'processes.ts'))}
    const folder = await scratch('left')
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    folder.note({ kind: 'process', who: identify(child.pid) })
    console.log(folder.path, child.pid)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', left], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [path, pid] = await until('the words of the run', () => /(\S+) (\d+)\n/.exec(said)?.slice(1))
  const sleeper = identify(Number(pid))!
  const owner = identify(child.pid!)!
  child.kill('SIGKILL')
  await until('the end of the run', () => !isAlive(owner))
  expect(isAlive(sleeper)).toBe(true)

  await reap()
  expect(isAlive(sleeper)).toBe(false)
  expect(existsSync(path!)).toBe(false)
  expect(readdirSync(scratchRoot).map((name) => join(scratchRoot, name))).toContain(mine.path)
})
