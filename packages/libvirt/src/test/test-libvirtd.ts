import { afterAll, beforeAll } from 'vitest'

import type { Connection } from '../contract.ts'
import { dial } from '../dial.ts'
import { privateLibvirtd, type PrivateLibvirtd } from '../testing/index.ts'

/** A real libvirtd with its test driver and a connection to it, for all tests of a file. */
export function testLibvirtd(): { readonly daemon: PrivateLibvirtd; readonly connection: Connection } {
  let daemon: PrivateLibvirtd
  let connection: Connection
  beforeAll(async () => {
    daemon = await privateLibvirtd()
    connection = await dial(daemon.target)
  })
  afterAll(async () => {
    await connection?.close()
    await daemon?.[Symbol.asyncDispose]()
  })
  return {
    get daemon() {
      return daemon
    },
    get connection() {
      return connection
    },
  }
}
