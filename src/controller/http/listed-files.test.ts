import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { listedFiles, strangeFiles } from './listed-files.ts'
import { testServer } from './testing.ts'

test('every socket and file of the API is listed with its mode, and anything else is noticed', async () => {
  await using at = await testServer()
  const data = await mkdtemp(join(tmpdir(), 'floe-data-'))
  for (const folder of ['run', 'log', 'tls']) await mkdir(join(data, folder), { mode: 0o700 })
  await at.server.listen({ unix: join(data, 'run', 'floe.sock') })
  await writeFile(join(data, 'log', 'controller.log'), '', { mode: 0o640 })
  expect(await strangeFiles(data)).toEqual([])

  await chmod(join(data, 'run', 'floe.sock'), 0o666)
  await writeFile(join(data, 'run', 'extra'), '')
  await writeFile(join(data, 'tls', 'server.pem'), '')
  await chmod(join(data, 'tls', 'server.pem'), 0o644)
  expect((await strangeFiles(data)).toSorted()).toEqual([
    'run/extra is not listed',
    'run/floe.sock has mode 666, wider than 600',
    'tls/server.pem has mode 644, wider than 600',
  ])
  await rm(data, { recursive: true })
})

test('what may be opened by others is only what holds no secret', async () => {
  const open = (await listedFiles()).filter(({ mode }) => (mode & 0o007) !== 0).map(({ pattern }) => pattern)
  expect(open).toEqual(['app', 'app/**', 'cache', 'cache/**', 'tls/*'])
})
