import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { messageStatus, messageType } from '../framing.ts'
import { recordedFrames } from '../test/fixtures.ts'
import { calls, procedureNames, type ProcedureName } from './calls.ts'
import { eventKinds } from './events.ts'
import { callProofs, eventProofs, type Proof } from './proofs.ts'

const frames = recordedFrames()
const source = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const tests = { libvirtd: source('libvirtd.test.ts'), qemu: source('qemu.real.test.ts') }

/** Rows that tests reach by a name of their own. */
const methods: Partial<Record<ProcedureName, string>> = {
  connectOpen: 'dial',
  connectClose: 'close',
  domainOpenConsole: 'openConsole',
  domainScreenshot: 'screenshot',
  nodeGetCpuStats: 'nodeCpuTimes',
  nodeGetMemoryStats: 'nodeMemory',
  storageVolDownload: 'volumeDownload',
  storageVolUpload: 'volumeUpload',
}

/** The arguments, and where there is one a successful answer, stand in the recordings. */
function recorded(name: ProcedureName): boolean {
  const own = frames.filter((each) => each.name === name)
  const asked = own.some(({ from }) => from === 'client')
  const answered = own.some(
    ({ frame: { header } }) => header.type === messageType.reply && header.status === messageStatus.ok,
  )
  return asked && (answered || Object.keys(calls[name].ret).length === 0)
}

describe('every row of the table is proved by something else than this package', () => {
  test.each(procedureNames)('call %s', (name) => {
    const holds = (proof: Proof): boolean =>
      proof === 'virsh' ? recorded(name) : tests[proof].includes(`${methods[name] ?? name}(`)
    expect(callProofs[name].length).toBeGreaterThan(0)
    expect(callProofs[name].filter((proof) => !holds(proof))).toEqual([])
  })

  test.each(eventKinds)('event %s', (kind) => {
    const holds = (proof: Proof): boolean =>
      proof === 'virsh' ? frames.some(({ name }) => name === kind) : tests[proof].includes(`'${kind}'`)
    expect(eventProofs[kind].length).toBeGreaterThan(0)
    expect(eventProofs[kind].filter((proof) => !holds(proof))).toEqual([])
  })

  test('no proof is kept for a row that is gone', () => {
    expect(Object.keys(callProofs)).toEqual(procedureNames)
    expect(Object.keys(eventProofs)).toEqual(eventKinds)
  })
})
