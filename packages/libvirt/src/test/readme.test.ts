import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { dial } from '../index.ts'
import { fakeDaemon, privateLibvirtd } from '../testing/index.ts'
import { expectNoLeaks, until } from './leaks.ts'
import { follow } from './readme-events.ts'
import { showDomains } from './readme-example.ts'
import { fetchVolume } from './readme-stream.ts'

expectNoLeaks()

let said: string[] = []
beforeEach(() => {
  said = []
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => void said.push(words.join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
})

test.each(['readme-example.ts', 'readme-events.ts', 'readme-stream.ts'])(
  'the README shows %s as it is compiled and run here',
  (file) => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
    expect(read('../../README.md')).toContain(`\`\`\`ts\n${read(file).trim()}\n\`\`\``)
  },
)

test('the first example lists the domains of a real libvirtd', async () => {
  await using daemon = await privateLibvirtd()
  await showDomains(daemon.target)
  expect(said).toEqual(['test running 2048 MiB', 'There is no domain web'])
})

test('the example of events hears a real libvirtd, also after it was away', async () => {
  await using daemon = await privateLibvirtd()
  const stop = new AbortController()
  const following = follow(daemon.target, stop.signal)
  await until(() => said.length === 1)
  await using connection = await dial(daemon.target)
  const { dom } = await connection.call.domainLookupByName({ name: 'test' })
  await connection.call.domainDestroyFlags({ dom })
  await until(() => said.length === 2)
  await daemon.kill()
  await daemon.start()
  await until(() => said.length === 3)
  expect(said).toEqual(['list again: subscribed', 'test stopped destroyed', 'list again: reconnected'])
  stop.abort()
  await following
})

test('the example of streams keeps holes', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'floe-readme-'))
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, _session, stream) => {
      setImmediate(() => {
        stream.write(Buffer.from('head'))
        stream.hole(8192n)
        stream.write(Buffer.from('tail'))
        stream.hole(100n)
        stream.eof()
      })
      return {}
    },
  })
  await fetchVolume(daemon.target, { pool: 'p', name: 'v', key: '/p/v' }, join(dir, 'copy'))
  const expected = Buffer.concat([Buffer.from('head'), Buffer.alloc(8192), Buffer.from('tail'), Buffer.alloc(100)])
  expect((await readFile(join(dir, 'copy'))).equals(expected)).toBe(true)
  await rm(dir, { recursive: true })
})
