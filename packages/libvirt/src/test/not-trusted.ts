import { expect } from 'vitest'

import { ConnectionLost } from '../errors.ts'
import { NotTrusted } from '../trust.ts'

/** The refusal that `attempt` ends with, before anything was sent. */
export async function notTrusted(attempt: Promise<unknown>): Promise<NotTrusted> {
  const error = await attempt.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(NotTrusted)
  expect(error).toBeInstanceOf(ConnectionLost)
  expect(error).toMatchObject({ sent: false })
  return error as NotTrusted
}
