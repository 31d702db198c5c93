import type { App } from './app-copy.ts'
import type { Config } from './config.ts'
import type { ProductUser } from './product-user.ts'

/** What every step of "floe up" works with. */
export type Setting = {
  readonly data: string
  readonly user: ProductUser
  readonly app: App
  /** What this copy is to be; it is written once Floe is about to be started with it. */
  readonly config: Config
}
