import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { identify, record } from '../db/cluster/index.ts'
import { endDaemon } from './libvirt-daemon.ts'

test.runIf(process.getuid?.() === 0)('a daemon that was ended leaves nothing that tells of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'floe it’s '))
  const files = [join(folder, 'one.started'), join(folder, 'one.conf')]
  try {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' })
    const gone = once(child, 'exit')
    record(files[0]!, child.pid!)
    writeFileSync(files[1]!, '')
    expect(await endDaemon('one', identify(child.pid!), files)).toBe('one was ended')
    await gone
    expect(files.filter((file) => existsSync(file))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
