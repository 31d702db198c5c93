import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

import { expect, test } from 'vitest'

import { Wire } from './wire.ts'

/** A socket that finishes a write only later, and notes how many messages it got together. */
function slowSocket(): { socket: Socket; together: number[] } {
  const together: number[] = []
  const socket = new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => {
      together.push(1)
      setImmediate(done)
    },
    writev: (chunks, done) => {
      together.push(chunks.length)
      setImmediate(done)
    },
  })
  return { socket: socket as unknown as Socket, together }
}

async function sendAll(wire: Wire, count: number): Promise<void> {
  const sent = Array.from(
    { length: count },
    (_, n) => new Promise<void>((resolve) => wire.send(Buffer.from([n]), resolve)),
  )
  await Promise.all(sent)
}

test('on TLS one write is outstanding at a time, so that no two messages share a record', async () => {
  const { socket, together } = slowSocket()
  await sendAll(new Wire({ socket, oneWriteAtATime: true }), 20)
  expect(together).toEqual(Array(20).fill(1))
})

test('on a Unix socket messages may leave together', async () => {
  const { socket, together } = slowSocket()
  await sendAll(new Wire({ socket, oneWriteAtATime: false }), 20)
  expect(together.length).toBeLessThan(20)
})
