import type { Link, LinkOptions } from './contract.ts'
import type { Target } from './target.ts'

/** A connection that comes back by itself, with jittered exponential back-off. */
export function keepConnected(target: Target, options: LinkOptions = {}): Link {
  void options
  throw new Error(`Not yet: ${target.uri}`)
}
