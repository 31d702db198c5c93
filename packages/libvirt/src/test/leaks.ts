import { setTimeout as pause } from 'node:timers/promises'

import { afterAll, beforeAll, expect } from 'vitest'

const watched = ['PipeWrap', 'PipeServerWrap', 'TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'ProcessWrap']
const open = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((each) => watched.includes(each))
    .sort()

/** Every socket, server and child of a test file is gone at its end. */
export function expectNoLeaks(): void {
  let before: string[] = []
  beforeAll(() => {
    before = open()
  })
  afterAll(async () => {
    for (let tries = 0; tries < 250 && open().length > before.length; tries++) await pause(20)
    expect(open().slice(before.length)).toEqual([])
  })
}

/** Resolves as soon as `condition` holds; the cap only ends a test that would wait for ever. */
export async function until(condition: () => boolean, capMs = 20_000): Promise<void> {
  const end = Date.now() + capMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`The condition did not come true: ${condition.toString()}`)
    await pause(2)
  }
}
