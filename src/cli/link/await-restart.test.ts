import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isNotReachable } from '@floe/client'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { systemClock } from '../../base/clock.ts'
import { record } from '../../db/cluster/index.ts'
import { places } from '../../setup/config.ts'
import { awaitRestart } from './await-restart.ts'
import { nodeFetch } from './node-fetch.ts'
import { openClient, unreachable } from './open-client.ts'

let data: string
let servers: Server[]

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'floe-restart-'))
  mkdirSync(places(data).run)
  servers = []
})

afterEach(() => {
  for (const server of servers) server.close()
  rmSync(data, { recursive: true })
})

const serve = async (): Promise<void> => {
  const server = createServer((_, answer) => answer.end('served'))
  servers.push(server)
  await once(server.listen(places(data).socket), 'listening')
}

/** Calls this copy with a clock whose sleep is `pause`; answers what came and what was said. */
async function call(pause: (sleeps: number) => Promise<void>) {
  const said: string[] = []
  let [now, sleeps] = [0, 0]
  const clock = {
    ...systemClock,
    monotonic: () => now,
    sleep: async (ms: number) => {
      now += ms
      await pause(++sleeps)
    },
  }
  const plain = nodeFetch({ socketPath: places(data).socket })
  const fetch = awaitRestart(plain.fetch, data, { clock, say: (line) => said.push(line) })
  const init = { method: 'POST', headers: {}, signal: new AbortController().signal }
  try {
    return { said, answer: await (await fetch('http://localhost/', init)).text() }
  } catch (error) {
    return { said, code: (error as NodeJS.ErrnoException).code }
  } finally {
    plain.close()
  }
}

test('a Floe that is started again is waited for, and that is said once', async () => {
  record(places(data).keepControllerPid, process.pid)
  const heard = await call(async (sleeps) => (sleeps === 3 ? serve() : undefined))
  expect(heard).toEqual({ said: ['Floe is starting again; waiting for it.'], answer: 'served' })
})

test('the wait ends, and a Floe that nobody starts again is not waited for', async () => {
  expect(await call(async () => undefined)).toEqual({ said: [], code: 'ENOENT' })
  record(places(data).keepControllerPid, process.pid)
  expect(await call(async () => undefined)).toMatchObject({ said: [expect.any(String)], code: 'ENOENT' })
})

test('a Floe that is still starting again is told so, and not that none runs', async () => {
  const target = { kind: 'local', data, socketPath: places(data).socket } as const
  const opened = openClient({ ...target, socketPath: join(data, 'nowhere') }, { say: () => undefined })
  const error: unknown = await opened.client.session().catch((refused: unknown) => refused)
  opened.close()
  if (!isNotReachable(error)) throw error
  expect(unreachable(error, target)).toContain(`No Floe runs in ${data}.`)
  record(places(data).keepControllerPid, process.pid)
  expect(unreachable(error, target)).toBe(
    `The Floe in ${data} is starting again. Try it in a few seconds; its log is ${data}/log/controller.log.`,
  )
})
