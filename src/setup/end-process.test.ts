import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { toldOf } from './down.ts'
import { endProcess } from './end-process.ts'
import { guestOf } from './libvirt-daemon.ts'
import { lockCopy } from './lock-copy.ts'

/** A process that says when it is ready; `trap` is what it does on SIGTERM. */
async function child(trap: string): Promise<number> {
  const shell = spawn('sh', ['-c', `trap '${trap}' TERM; echo ready; while :; do sleep 0.05; done`])
  await once(shell.stdout, 'data')
  return shell.pid!
}

test('a process that follows is ended, and one that is not there is none', async () => {
  expect(await endProcess(await child('exit 0'), { withinMs: 10_000 })).toBe('ended')
  expect(await endProcess(undefined, { withinMs: 10_000 })).toBe('none')
})

test('a process that does not follow, or is stopped, is killed and is gone when that is said', async () => {
  const deaf = await child('')
  expect(await endProcess(deaf, { withinMs: 100 })).toBe('killed')
  const stopped = await child('exit 0')
  process.kill(stopped, 'SIGSTOP')
  expect(await endProcess(stopped, { withinMs: 100 })).toBe('killed')
  for (const pid of [deaf, stopped]) expect(stateOf(pid)).toMatch(/^$|Z/)
})

const stateOf = (pid: number): string => {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

test('how it went is said with the log of what did not follow', () => {
  expect(toldOf('Floe', 'none', '/log')).toEqual([])
  expect(toldOf('Floe', 'killed', '/log')[0]).toMatch(/was killed .*\/log/)
  expect(toldOf('Floe', 'stuck', '/log')[0]).toMatch(/does not end.*\/log/)
})

test('one copy is changed by one at a time, and a lock goes with who held it', async () => {
  const data = mkdtempSync(join(tmpdir(), 'floe lock '))
  try {
    mkdirSync(join(data, 'run'))
    {
      await using _first = await lockCopy(data)
      await expect(lockCopy(data)).rejects.toThrow('is at work')
    }
    await using _second = await lockCopy(data)
  } finally {
    rmSync(data, { recursive: true })
  }
})

test('a guest is told by its QEMU where libvirt does not answer: what its logs go through stays', () => {
  const qemu = '/usr/bin/qemu-system-x86_64'
  expect(guestOf([qemu, '-name', 'guest=welcome,debug-threads=on', '-S'])).toBe('welcome')
  expect(guestOf([qemu, '-name', 'guest=a,,b,debug-threads=on'])).toBe('a,b')
  expect(guestOf([qemu, '-S'])).toBeUndefined()
  expect(guestOf(['vi', '-name', 'guest=x'])).toBeUndefined()
})
