import { argon2 as argon2Callback, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import { apiError } from '../../api/index.ts'

const argon2 = promisify(argon2Callback)

/** OWASP's second choice: 19 MiB, 2 passes, 1 lane; about 35 ms here. */
const present = { memory: 19_456, passes: 2, parallelism: 1 } as const
const tagLength = 32

/** At most this many at once, so that logins cost 38 MiB and two threads of libuv's four at worst. */
const atOnce = 2
const waitingAtMost = 8

/** Makes and checks password hashes with a cap on how many run; `too_many` when the queue is full. */
export type Hasher = {
  /** A PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
  hash(password: string): Promise<string>
  /** False for no hash too, after the same work: an unknown user costs what a known one does. */
  verify(password: string, phc: string | null | undefined): Promise<boolean>
}

export function createHasher(): Hasher {
  let running = 0
  const waiting: (() => void)[] = []
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingAtMost) throw apiError('too_many', { seconds: 1 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      // The place goes to the next in the queue, or becomes free.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(16)
        const tag = await derive(password, salt, present)
        const { memory, passes, parallelism } = present
        return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
      }),
    verify: (password, phc) =>
      inTurn(async () => {
        const known = parsePhc(phc ?? '')
        const { salt, tag, ...costs } = known ?? { ...present, salt: nobodysSalt, tag: Buffer.alloc(tagLength) }
        const derived = await derive(password, salt, costs)
        const equal = derived.length === tag.length && timingSafeEqual(derived, tag)
        return known !== undefined && equal
      }),
  }
}

const nobodysSalt = randomBytes(16)

type Costs = { readonly memory: number; readonly passes: number; readonly parallelism: number }

/** Normal form KC (NIST SP 800-63B), so that a password typed on another keyboard is the same password. */
const derive = (password: string, nonce: Buffer, costs: Costs): Promise<Buffer> =>
  argon2('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...costs })

function parsePhc(phc: string): (Costs & { readonly salt: Buffer; readonly tag: Buffer }) | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,})\$([\w+/]{22,})$/.exec(phc)
  if (match === null) return undefined
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number]
  const [salt, tag] = match.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer]
  if (tag.length !== tagLength) return undefined
  return { memory, passes, parallelism, salt, tag }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
