import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { scratch } from '../../../testbed/scratch.ts'
import { until } from '../../../testbed/until.ts'
import { probeSector } from './probe-sector.ts'

test('the boot sector of the probe reaches 64 bits, counts, and speaks on the serial port', async () => {
  await using folder = await scratch('probe')
  const [image, said] = [join(folder.path, 'image'), join(folder.path, 'said')]
  await writeFile(image, probeSector())
  const drive = `file=${image},format=raw,if=ide`
  const args = ['-accel', 'tcg', '-m', '16', '-display', 'none', '-nodefaults', '-serial', `file:${said}`]
  const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args, '-drive', drive])
  try {
    await until('the letter', async () => (await readFile(said, 'utf8').catch(() => '')).length > 0, 30_000)
    expect(await readFile(said, 'utf8')).toMatch(/^F+$/)
  } finally {
    qemu.kill('SIGKILL')
  }
})
