import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { localSockets } from '../index.ts'
import { procedureNames } from '../table/calls.ts'

/** What went wrong with libvirt's protocol before, and the tests that fail when it goes wrong again. A test may be named
 *  by its beginning. */
const pitfalls: readonly { readonly pitfall: string; readonly tests: Readonly<Record<string, readonly string[]>> }[] = [
  {
    pitfall: 'two messages in one TLS record leave the second unread',
    tests: {
      'wire.test.ts': ['on TLS one write is outstanding at a time'],
      'tls.test.ts': ['400 calls at once are all answered: no two messages share a TLS record'],
    },
  },
  {
    pitfall: 'past max_client_requests the daemon stops reading, our pongs too',
    tests: {
      'connection.test.ts': [
        "never holds more calls than the daemon's limit",
        'two calls a domain at most',
        'with every ordinary place taken the way out, destroying, is still open',
      ],
      'gate.test.ts': ['whatever happens, the window and the two places a domain hold'],
      'qemu.real.test.ts': ['a stopped QEMU (SIGSTOP) holds its own calls'],
      'test/pitfalls.real.test.ts': ['twelve calls to a stopped guest, pings every second'],
    },
  },
  {
    pitfall: 'the first event comes in the same chunk as the reply to its registration',
    tests: {
      'listeners.test.ts': ['an event in the same chunk as the reply to its registration is heard'],
      'libvirtd.test.ts': ['every start and stop of 200 domains at once is announced'],
    },
  },
  {
    pitfall: 'typed parameters lose their strings where the client does not say that it can read them',
    tests: { 'test/pitfalls.real.test.ts': ['the tuning of a disk comes with the name of its group'] },
  },
  {
    pitfall: 'over TLS one byte comes before any message, or a close instead of it',
    tests: {
      'tls.test.ts': [
        'a connection over TLS works, by address and by name',
        "is refused although TLS 1.3's handshake ends well",
        'a peer that never finishes the handshake ends at the deadline',
      ],
    },
  },
  {
    pitfall: 'streams: the serial of the call, an empty packet as the end, OK from both sides, no flow control',
    tests: {
      'stream.test.ts': [
        'bytes in the same chunk as the reply belong to the stream',
        'an upload is cut into packets and finished only when the daemon has confirmed it',
        'a download ends with an empty packet, OK from here, and OK from there',
        'a slow reader stops the daemon and not the memory of this process',
      ],
      'qemu.real.test.ts': ['a volume of 20 MB goes up and comes down unchanged, while calls are answered'],
    },
  },
  {
    pitfall: 'past its limits the daemon drops the connection without a word',
    tests: {
      'xdr/schema.test.ts': ["libvirt's limits are checked before anything is sent"],
      'connection.test.ts': ['what libvirt cannot carry is refused here, and the connection stays'],
      'test/pitfalls.real.test.ts': ['XML that is longer than the daemon can answer about'],
    },
  },
  {
    pitfall: 'char arrays take a word a character, pointers a word 0 or 1',
    tests: {
      'xdr/schema.test.ts': ["C's char array takes a whole word a character", 'a pointer is 0, or 1 and its value'],
      'libvirtd.test.ts': ['says who it is'],
    },
  },
  {
    pitfall: 'events and calls share one space of numbers, and newer ones are unknown',
    tests: { 'listeners.test.ts': ['an event that cannot be read costs a resync'] },
  },
  {
    pitfall: 'nothing cancels a call: its place stays taken',
    tests: {
      'connection.test.ts': ['a deadline only stops the waiting', 'a signal stops the waiting at once'],
    },
  },
  {
    pitfall: 'keepalive begins when it is asked for, and then both sides ping',
    tests: {
      'connection.test.ts': ['a host that answers stays, and a host without keepalive is not pinged'],
      'libvirtd.test.ts': ['stopped (SIGSTOP): keepalive notices'],
    },
  },
  {
    pitfall: 'file descriptors cannot be passed',
    tests: { 'test/pitfalls.test.ts': ['no call of the table passes a file descriptor'] },
  },
  {
    pitfall: 'a fleet that reconnects at once meets max_anonymous_clients',
    tests: {
      'link.test.ts': ['the pauses grow to the limit and are jittered by half either way'],
      'hostile.test.ts': ['one that accepts everybody and drops them at once is asked ever more rarely'],
    },
  },
  {
    pitfall: 'a migration between hosts is one call only where the host has typed parameters for it',
    tests: { 'test/pitfalls.real.test.ts': ['a host with QEMU has migration with typed parameters'] },
  },
  {
    pitfall: 'modular daemons have another socket',
    tests: {
      'target.test.ts': ['the modular daemon is tried before the monolithic one'],
      'ssh/ssh.real.test.ts': ['where virt-ssh-helper is missing the sockets of /run/libvirt are tried'],
      'test/pitfalls.test.ts': ['the sockets that are tried'],
    },
  },
  {
    pitfall: 'compiling code for each layout gains little',
    tests: { 'test/pitfalls.test.ts': ['no code is made from text'] },
  },
]

const sources = join(import.meta.dirname, '..')

test.each(pitfalls)('$pitfall: each of its tests is there', ({ tests }) => {
  const missing = Object.entries(tests).flatMap(([file, names]) => {
    const text = readFileSync(join(sources, file), 'utf8')
    return names.filter((name) => !["'", '"', '`'].some((quote) => text.includes(`${quote}${name}`)))
  })
  expect(missing).toEqual([])
})

test('no call of the table passes a file descriptor', () => {
  expect(procedureNames.filter((name) => /WithFiles|OpenGraphics|FdAssociate/.test(name))).toEqual([])
})

test('the sockets that are tried are those of the daemon for QEMU and of the one for all', () => {
  expect(localSockets('/r')).toEqual(['/r/virtqemud-sock', '/r/libvirt-sock'])
})

test('no code is made from text', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  )
  const texts = files.map((name) => readFileSync(join(sources, name), 'utf8'))
  expect(texts.filter((text) => /new Function\(|\beval\(/.test(text))).toEqual([])
})
