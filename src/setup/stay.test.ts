import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { systemClock } from '../base/clock.ts'
import { record } from '../db/cluster/index.ts'
import { places, type Places } from './config.ts'
import { lockCopy } from './lock-copy.ts'
import { endedByOthers } from './stay.ts'

let at: Places
let children: ChildProcess[]

beforeEach(() => {
  at = places(mkdtempSync(join(tmpdir(), 'floe-stay-')))
  mkdirSync(at.run, { mode: 0o700 })
  children = []
})

afterEach(async () => {
  await Promise.all(children.map(end))
  rmSync(at.data, { recursive: true })
})

/** A process of this copy, by its record. */
const process = (pidFile: string): ChildProcess => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  children.push(child)
  record(pidFile, child.pid!)
  return child
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Time that costs nothing, with `each` done at each look. */
const clockThat = (each: () => Promise<void>) => ({ ...systemClock, sleep: each })

test('who waits in the foreground learns that somebody else ended this copy, and not while it is restarted', async () => {
  const keeper = process(at.keepControllerPid)
  const controller = process(at.controllerPid)
  let looks = 0
  const clock = clockThat(async () => {
    looks++
    if (looks === 2) await end(controller) // a controller that ended is started again by its keeper
    if (looks === 4) await end(keeper)
  })
  expect(await endedByOthers(at.data, { clock, signal: AbortSignal.timeout(30_000) })).toBe('nothing')
  expect(looks).toBe(4)
})

test('a Floe that another "up" starts anew has not ended', async () => {
  const before = process(at.keepControllerPid)
  let looks = 0
  let busy: AsyncDisposable | undefined
  const stop = new AbortController()
  const clock = clockThat(async () => {
    looks++
    if (looks === 1) {
      busy = await lockCopy(at.data)
      await end(before)
    }
    if (looks === 3) {
      process(at.keepControllerPid)
      await busy?.[Symbol.asyncDispose]()
    }
    if (looks === 5) stop.abort()
  })
  expect(await endedByOthers(at.data, { clock, signal: stop.signal })).toBeUndefined()
})
