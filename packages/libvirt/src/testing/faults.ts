import { encodeRawFrame, messageStatus, messageType } from '../framing.ts'
import { remoteProgram, remoteVersion } from '../table/calls.ts'
import type { FakeSession } from './fake-session.ts'

type Fault = (args: unknown, session: FakeSession) => Promise<never>

const never = (): Promise<never> => new Promise(() => {})

/** What goes wrong instead of an answer; each fits every call.
 *
 *  ```ts
 *  fakeDaemon({ domainGetInfo: faults.drops })
 *  ```
 */
export const faults = {
  /** Accepts the call and never answers. */
  hangs: never,
  /** The connection goes. */
  drops: (_args, session) => {
    session.drop()
    return never()
  },
  /** The connection goes in the middle of a reply. */
  breaksOff: (_args, session) => {
    const header = { program: remoteProgram, version: remoteVersion, procedure: 1, serial: 1 }
    const reply = encodeRawFrame({ ...header, type: messageType.reply, status: messageStatus.ok }, Buffer.alloc(400))
    session.socket.end(reply.subarray(0, 100))
    return never()
  },
  /** Bytes that are no message of libvirt's. */
  talksNonsense: (_args, session) => {
    session.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
    return never()
  },
  /** A message that says it is 4 GB long. */
  announcesTooMuch: (_args, session) => {
    session.raw(Buffer.alloc(28, 0xff))
    return never()
  },
  /** A reply to a call that nobody made. */
  answersAnother: (_args, session) => {
    const header = { program: remoteProgram, version: remoteVersion, procedure: 1, serial: 0xfff_ffff }
    session.raw(encodeRawFrame({ ...header, type: messageType.reply, status: messageStatus.ok }, Buffer.alloc(0)))
    return never()
  },
} as const satisfies Readonly<Record<string, Fault>>
