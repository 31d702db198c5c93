import type { Page } from 'playwright-core'

import { startController, type Controller, type ControllerOptions } from '../testbed/controller.ts'
import { startHost, type Host } from '../testbed/host.ts'
import { builtPages } from '../testbed/pages.ts'
import { startBrowser, type Browser } from './browser.ts'

/** A Floe as `floe up` leaves it on one machine: nobody has logged in yet. */
export type Floe = AsyncDisposable & {
  readonly controller: Controller
  readonly host: Host
  readonly browser: Browser
  readonly url: string
}

/** Controller, host and browser on one test host's network. */
export async function startFloe(options: Pick<ControllerOptions, 'imagesDir'> = {}): Promise<Floe> {
  await using made = new AsyncDisposableStack()
  const host = made.use(await startHost({ name: 'hv1' }))
  const controller = made.use(
    await startController({ ...options, host, beside: host, env: { FLOE_UI: await builtPages() } }),
  )
  const browser = made.use(await startBrowser(host))
  const owned = made.move()
  return { host, controller, browser, url: controller.url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** The password that the administrator has in every test that is not about passwords. */
export const ownPassword = 'violet-harbour-41'

/** What `floe up` prints at its end. */
export async function oneTimePassword({ client }: Pick<Controller, 'client'>): Promise<string> {
  return (await client.firstPassword({ params: { user: 'admin' } })).password
}

/** Logs the administrator in, with the one-time password and the choice of another where it is the first time. */
export async function enter(page: Page, controller: Controller): Promise<void> {
  const first = await oneTimePassword(controller).catch(() => undefined) // refused once a password was chosen
  await page.goto('/login')
  await logIn(page, first ?? ownPassword)
  if (first !== undefined) await choosePassword(page, ownPassword)
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

export async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('User').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

export async function choosePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('New password').fill(password)
  await page.getByLabel('Once more').fill(password)
  await page.getByRole('button', { name: 'Save and open Floe' }).click()
}

/** A figure that the controller measures, e.g. how many change streams are open. */
export async function metric({ client }: Pick<Controller, 'client'>, name: string): Promise<number> {
  const line = (await client.metrics()).split('\n').find((one) => one.startsWith(name))
  if (line === undefined) throw new Error(`The controller has no metric ${name}.`)
  return Number(line.slice(line.lastIndexOf(' ')))
}
