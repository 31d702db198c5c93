import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { identify, isSame, record, recorded, restartDelay, supervise } from './index.ts'

test('the pauses double with every short run, end at half a minute, and begin anew after a good run', () => {
  const short = (count: number): { ranMs: number }[] => Array.from({ length: count }, () => ({ ranMs: 100 }))
  expect([1, 2, 3, 4].map((count) => restartDelay(short(count)))).toEqual([200, 400, 800, 1600])
  expect(restartDelay(short(31))).toBe(30_000)
  expect(restartDelay([...short(31), { ranMs: 60_000 }])).toBe(200)
  expect(restartDelay([...short(31), { ranMs: 60_000 }, { ranMs: 1 }])).toBe(200)
  expect(restartDelay([...short(31), { ranMs: 60_000 }, { ranMs: 1 }, { ranMs: 1 }])).toBe(400)
})

test('a process that cannot be started is tried again, and the log says why', async () => {
  const stop = new AbortController()
  const lines: string[] = []
  const sleeps: number[] = []
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async (ms: number) => {
      sleeps.push(ms)
      if (sleeps.length === 3) stop.abort()
    },
  }
  const charge = {
    name: 'it',
    running: () => undefined,
    start: () => spawn('/nonexistent/program'),
    endSignal: 'SIGTERM' as const,
    endWithinMs: 1000,
  }
  await supervise(charge, { clock, log: (line) => lines.push(line), signal: stop.signal })
  expect(sleeps).toEqual([200, 400, 800])
  expect(lines[0]).toContain('ENOENT')
})

test('a process id that was given to somebody else is not the recorded process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'floe-record-'))
  const file = join(folder, 'it.pid')
  try {
    record(file, process.pid)
    expect(recorded(file)).toBe(process.pid)
    const me = identify(process.pid)!
    writeFileSync(file, JSON.stringify({ ...me, started: '1' }))
    expect(recorded(file)).toBeUndefined()
    writeFileSync(file, '{"pid":')
    expect(recorded(file)).toBeUndefined()
    expect(isSame({ ...me, boot: 'another' }, me)).toBe(false)
    expect(identify(2 ** 22 + 1)).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
