import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { createLog } from './log.ts'

test('whatever is named like a secret does not reach the log, one level down too', () => {
  const lines: string[] = []
  const to = new Writable({
    write: (line: Buffer, _, done) => {
      lines.push(String(line))
      done()
    },
  })
  const log = createLog({ to })
  const canary = 'canary-1'
  log.info({
    password: canary,
    ticket: canary,
    request: { authorization: canary, cookie: canary, body: { x: canary } },
  })
  log.info({ session: { token: canary, csrf: canary }, vm: 'web' }, 'opened')
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain(canary)
  const entry = JSON.parse(lines[1]!) as Record<string, unknown>
  expect(entry).toMatchObject({ level: 'info', vm: 'web', msg: 'opened' })
  expect(String(entry['time'])).toMatch(/^\d{4}-\d\d-\d\dT/)
})
