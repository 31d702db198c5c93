import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'

import { keepPicture, type Person, type TabOptions } from './browser.ts'
import { enter, startFloe, type Floe } from './floe.ts'

export type AtFloe = { readonly floe: Floe; readonly admin: Person; readonly page: Page }

/** A Floe and its administrator in a browser for all tests of a file, which begin only when they are there. A test that
 *  fails leaves a picture; one that passes must not have troubled the browser. */
export function withFloe(name: string, options: TabOptions & { readonly loggedIn?: boolean } = {}): AtFloe {
  let floe: Floe | undefined
  let admin: Person | undefined
  const there = <T>(it: T | undefined): T => {
    if (it === undefined) throw new Error('Floe is there only within tests.')
    return it
  }
  beforeAll(async () => {
    floe = await startFloe()
    admin = await floe.browser.person(floe.url, options)
    if (options.loggedIn !== false) await enter(admin.page, floe.controller)
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(there(admin).page, `${name} ${task.name}`)
    else there(admin).expectNoTrouble()
  })
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]()
    await floe?.[Symbol.asyncDispose]()
  })
  return {
    get floe() {
      return there(floe)
    },
    get admin() {
      return there(admin)
    },
    get page() {
      return there(admin).page
    },
  }
}
