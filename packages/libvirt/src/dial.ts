import type { Connection, DialOptions } from './contract.ts'
import type { Target } from './target.ts'

/** Opens a connection: transport, authentication "none", CONNECT_OPEN of the URI, keepalive where the daemon has it.
 *  Rejects with ConnectionLost, LibvirtError, DeadlineExceeded, or the signal's reason. */
export function dial(target: Target, options: DialOptions = {}): Promise<Connection> {
  void options
  return Promise.reject(new Error(`Not yet: ${target.uri}`))
}
