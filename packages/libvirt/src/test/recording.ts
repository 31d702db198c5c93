import { once } from 'node:events'
import { createServer, connect } from 'node:net'

import { FrameReader, messageStatus, messageType } from '../framing.ts'
import { calls, procedureNames, remoteProgram, type ProcedureName } from '../table/calls.ts'
import { eventByProcedure } from '../table/events.ts'

/** One message as it went over the wire, with the name that our table gives it. */
export type Recorded = { readonly from: 'client' | 'daemon'; readonly name: string; readonly hex: string }

const names = new Map<number, ProcedureName>(procedureNames.map((name) => [calls[name].number, name]))
/** Enough to see a layout; XML documents of 100 KB say nothing more about it. */
const longest = 16_000
/** The first ones of a kind, and what is longer than they are: a list with entries says more than an empty one. */
const samples = 3
const mostSamples = 6

/** A proxy on a Unix socket that notes what a client of the C library and the daemon say to each other. */
export async function recorder(path: string, upstream: string): Promise<AsyncDisposable & { recorded: Recorded[] }> {
  const recorded: Recorded[] = []
  const seen = new Map<string, { count: number; longest: number }>()
  const note = (from: Recorded['from'], reader: FrameReader) => (chunk: Buffer) => {
    for (const { header, payload } of reader.feed(chunk)) {
      const name = names.get(header.procedure) ?? eventByProcedure.get(header.procedure)
      if (header.program !== remoteProgram || name === undefined || payload.length > longest) continue
      // Of a stream only its holes have a layout.
      const isHole = header.type === messageType.hole
      if (!isHole && (header.type === messageType.stream || header.status === messageStatus.continue)) continue
      const key = [from, name, header.type, header.status].join(' ')
      const known = seen.get(key) ?? { count: 0, longest: 0 }
      if (known.count >= (payload.length > known.longest ? mostSamples : samples)) continue
      seen.set(key, { count: known.count + 1, longest: Math.max(known.longest, payload.length) })
      const words = [header.program, header.version, header.procedure, header.type, header.serial, header.status]
      const head = Buffer.alloc(28)
      ;[28 + payload.length, ...words].forEach((word, at) => head.writeUInt32BE(word, at * 4))
      recorded.push({ from, name, hex: Buffer.concat([head, payload]).toString('hex') })
    }
  }
  const server = createServer((client) => {
    const daemon = connect({ path: upstream })
    client.on('data', note('client', new FrameReader())).on('error', () => daemon.destroy())
    daemon.on('data', note('daemon', new FrameReader())).on('error', () => client.destroy())
    client.pipe(daemon).pipe(client)
    client.on('close', () => daemon.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    recorded,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
