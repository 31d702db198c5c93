import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { dial } from '../dial.ts'
import { recorder } from './recording.ts'

const fixtures = new URL('../../fixtures/', import.meta.url).pathname

/** Each line is a virsh command; a command that the driver does not know is part of the record too. */
export async function virsh(uri: string, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    await new Promise<void>((resolve) => {
      execFile('virsh', ['-c', uri, line], { timeout: 60_000 }, (error, _out, said) => {
        if (error) console.warn(`${line}: ${said.trim().split('\n').at(-1)}`)
        resolve()
      })
    })
  }
}

const watching = [
  'event --all --loop',
  'pool-event --event lifecycle --loop',
  'pool-event --event refresh --loop',
  'net-event --event lifecycle --loop',
  'nodedev-event --event lifecycle --loop',
  'nodedev-event --event update --loop',
  'secret-event --event lifecycle --loop',
  'secret-event --event value-changed --loop',
]

/** virsh on the recorded connection; the script may do other things between. */
export type Script = (virshOn: (lines: readonly string[]) => Promise<void>, through: string) => Promise<void>

export type Recording = {
  /** The fixture's name: `virsh-NAME.jsonl`. */
  readonly name: string
  readonly uri: string
  readonly upstream: string
  /** A scratch folder, whose name does not get into the fixture. */
  readonly dir: string
  readonly lines: readonly string[]
  readonly script?: Script
}

/** Runs virsh through a recording proxy, with every kind of event watched, and writes what was said into fixtures/. */
export async function record({ name, uri, upstream, dir, lines, script }: Recording): Promise<void> {
  const proxy = join(dir, `proxy-${name}`)
  await using tape = await recorder(proxy, upstream)
  const through = `${uri}?socket=${proxy}`
  const watchers = watching.map((line) => spawn('virsh', ['-c', through, line], { stdio: 'ignore' }))
  await pause(1000)
  await virsh(through, lines)
  await script?.((more) => virsh(through, more), through)
  await pause(500)
  for (const each of watchers) {
    if (each.exitCode !== null) continue
    const gone = once(each, 'exit')
    each.kill('SIGTERM')
    await gone
  }
  await mkdir(fixtures, { recursive: true })
  const text = tape.recorded.map((each) => JSON.stringify(each)).join('\n')
  // The scratch folder's name is of no interest; another of the same length keeps every offset.
  const same = `/floe/${'x'.repeat(dir.length - 6)}`
  const neutral = text.replaceAll(Buffer.from(dir).toString('hex'), Buffer.from(same).toString('hex'))
  await writeFile(join(fixtures, `virsh-${name}.jsonl`), `${neutral}\n`)
  await noteDaemon(`virsh-${name}.jsonl`, upstream, uri)
  console.log(`${name}: ${tape.recorded.length} messages`)
}

/** Which libvirt said it, into fixtures/daemons.json. */
async function noteDaemon(file: string, unix: string, uri: string): Promise<void> {
  await using connection = await dial({ uri: uri.replace('+unix', ''), via: { unix } })
  const { version } = await connection.call.connectGetLibVersion()
  const number = Number(version)
  const path = join(fixtures, 'daemons.json')
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Record<string, string>
  known[file] = [Math.floor(number / 1_000_000), Math.floor(number / 1000) % 1000, number % 1000].join('.')
  await writeFile(path, `${JSON.stringify(known, Object.keys(known).sort(), 2)}\n`)
}
