import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll } from 'vitest'

import type { Connection, DialOptions } from '../contract.ts'
import { dial } from '../dial.ts'
import type { Dom } from '../table/objects.ts'
import { guestXml, qemuHost, type QemuHost } from './qemu-host.ts'

export type TestQemu = {
  readonly host: QemuHost
  readonly connection: Connection
  /** Starts a transient guest with a disk of 1 MiB. */
  guest(name: string, change?: (xml: string) => string): Promise<Dom>
}

/** A real libvirtd with QEMU and a connection to it, for all tests of a file. `disk` is what a guest's disk has on it
 *  (default: nothing). */
export function testQemu(
  options: { readonly disk?: Buffer; readonly keepalive?: DialOptions['keepalive'] } = {},
): TestQemu {
  const { disk = Buffer.alloc(1 << 20), keepalive } = options
  let host: QemuHost
  let connection: Connection
  beforeAll(async () => {
    host = await qemuHost()
    // The first definition probes every QEMU of the machine.
    connection = await dial(host.target, { deadlineMs: 60_000, ...(keepalive && { keepalive }) })
  })
  afterAll(async () => {
    await connection?.close()
    await host?.[Symbol.asyncDispose]()
  })
  return {
    get host() {
      return host
    },
    get connection() {
      return connection
    },
    async guest(name, change = (xml) => xml) {
      const file = join(host.images, `${name}.img`)
      await writeFile(file, disk)
      return (await connection.call.domainCreateXml({ xml: change(guestXml(name, file)) })).dom
    },
  }
}
