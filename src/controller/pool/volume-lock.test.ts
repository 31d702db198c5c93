import { expect, test } from 'vitest'

import { newId, type TaskId, type VmId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { parsePool } from '../../domain/index.ts'
import { beginTask } from '../../tasks/begin-task.ts'
import { step, task, type Lock } from '../../tasks/task.ts'
import { sharedSource } from './shared-kinds.ts'
import { otherReader, otherWriter } from './volume-lock-store.ts'
import { volumeLock, volumeLockId, volumeReadLock } from './volume-lock.ts'

const nfs = sharedSource(
  parsePool(`<pool type="netfs"><name>a</name>
    <source><host name="nas"/><dir path="/export"/><format type="nfs"/></source><target><path>/mnt/a</path></target></pool>`),
)

test('a volume of a shared pool is one volume on every host, wherever it is mounted', () => {
  const one = volumeLockId({ hostName: 'hv1', path: '/mnt/a/x.img', name: 'x.img', source: nfs })
  expect(volumeLockId({ hostName: 'hv2', path: '/srv/b/x.img', name: 'x.img', source: nfs })).toBe(one)
  expect(one).toBe('netfs nas:/export/x.img')
  const rbd = sharedSource(
    parsePool(
      '<pool type="rbd"><name>r</name><source><host name="m2"/><host name="m1"/><name>vms</name></source></pool>',
    ),
  )
  expect(rbd).toBe('rbd m1,m2:vms')
})

test('a file of a host’s own pool is another on each host', () => {
  expect(sharedSource(parsePool('<pool type="dir"><name>d</name></pool>'))).toBeUndefined()
  expect(volumeLockId({ hostName: 'hv1', path: '/images/x.img', name: 'x.img' })).toBe('hv1:/images/x.img')
})

test('many read a volume at once; each of a reader and a writer sees the other', async () => {
  await using db = await testDatabase()
  const volume = { hostName: 'hv1', path: '/images/x.iso', name: 'x.iso' }
  const begin = async (lock: Lock): Promise<TaskId> => {
    const kind = task<object, object>({
      name: 'test.lock',
      title: () => 'Hold',
      locks: () => [lock],
      steps: [step('hold', { do: async () => undefined })],
    })
    return (await beginTask(db.kysely, kind, {}, { name: 'ada', scopes: [] })).id
  }
  const readers = await Promise.all(
    ['one', 'two'].map((name) => begin(volumeReadLock(volume, newId<VmId>(), `is becoming a medium of ${name}`))),
  )
  expect(await otherWriter(db.kysely, volume, readers[0]!)).toBeUndefined()
  const writer = await begin(volumeLock(volume, 'is removed with shop'))
  expect(await otherWriter(db.kysely, volume, readers[0]!)).toMatchObject({
    name: 'hv1:/images/x.iso',
    cause: 'is removed with shop',
    taskId: writer,
  })
  expect(await otherReader(db.kysely, volume, writer)).toMatchObject({
    taskId: expect.toSatisfy((id: TaskId) => readers.includes(id)),
  })
  expect(await otherReader(db.kysely, { ...volume, path: '/images/y.iso' }, writer)).toBeUndefined()
  expect(await otherWriter(db.kysely, volume, writer)).toBeUndefined()
})
