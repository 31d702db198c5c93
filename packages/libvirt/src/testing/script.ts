import { setTimeout as pause } from 'node:timers/promises'

import { Refusal } from './refusal.ts'

/** Answers one after the other; the last one stays. A Refusal among them is thrown.
 *
 *  ```ts
 *  domainGetState: inTurn({ state: 'running', reason: 1 }, new Refusal('NO_DOMAIN', 'gone'))
 *  ```
 */
export function inTurn<A>(...answers: readonly [A | Refusal, ...(A | Refusal)[]]): () => A {
  let at = 0
  return () => {
    const answer = answers[Math.min(at++, answers.length - 1)]!
    if (answer instanceof Refusal) throw answer
    return answer
  }
}

/** The answer after `ms`: a slow host. */
export function late<A>(ms: number, answer: A): () => Promise<A> {
  return async () => {
    await pause(ms)
    return answer
  }
}

/** The answer when the test says so: a host that hangs for as long as it takes. */
export function held<A>(answer: A): { readonly handler: () => Promise<A>; readonly waiting: number; release(): void } {
  const gate = Promise.withResolvers<void>()
  let waiting = 0
  return {
    get waiting() {
      return waiting
    },
    handler: async () => {
      waiting++
      await gate.promise
      waiting--
      return answer
    },
    release: () => gate.resolve(),
  }
}
