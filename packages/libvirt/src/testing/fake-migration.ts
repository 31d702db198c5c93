import { flags } from '../table/flags.ts'
import type { Dom } from '../table/objects.ts'
import type { TypedParam } from '../table/typed-params.ts'
import type { FakeDaemon, FakeHandlers } from './fake-daemon.ts'
import { Refusal } from './refusal.ts'

export type MigrationPlan = {
  readonly memoryBytes: bigint
  /** What the guest has dirtied at the end of each pass, in bytes: how much the next one has to send. */
  readonly dirtied: readonly bigint[]
  /** Each pass takes so long, in ms of the guest's own time; nobody waits for it. Default 1000. */
  readonly passMs?: number
}

/** A migration away from a fake daemon. It goes on when the test says so, answers for its progress with the parameters
 *  that libvirt has (names as recorded from 9.0.0), and announces what libvirt announces.
 *
 *  ```ts
 *  const migration = new FakeMigration(daemon, dom, { memoryBytes: 1n << 30n, dirtied: [1n << 28n, 1n << 20n] })
 *  const done = connection.call.domainMigratePerform3Params({ dom, params: [], … })
 *  await migration.begun
 *  migration.advance() // the first pass is over: 256 MiB are left
 *  migration.finish()
 *  ```
 */
export class FakeMigration {
  /** Settles when the client has asked for the migration. */
  readonly begun: Promise<void>
  /** What the client has set: limits, and whether it asked for post-copy. */
  readonly asked: { downtimeMs?: bigint; bandwidthMiBs?: bigint; postcopy: boolean } = { postcopy: false }
  readonly #daemon: FakeDaemon
  readonly #dom: Dom
  readonly #plan: MigrationPlan
  readonly #begin = Promise.withResolvers<void>()
  readonly #outcome = Promise.withResolvers<{ cookie: Uint8Array }>()
  #state: 'none' | 'unbounded' | 'completed' | 'failed' | 'cancelled' = 'none'
  #pass = 0

  constructor(daemon: FakeDaemon, dom: Dom, plan: MigrationPlan) {
    this.#daemon = daemon
    this.#dom = dom
    this.#plan = plan
    this.begun = this.#begin.promise
    this.#outcome.promise.catch(() => {}) // the client hears of it, if there is one
    daemon.answer(this.#handlers())
  }

  /** One pass is over. */
  advance(): void {
    this.#pass++
    this.#daemon.emit({ kind: 'migrationIteration', dom: this.#dom, iteration: this.#pass + 1 })
  }

  finish(): void {
    this.#pass = this.#plan.dirtied.length + 1
    this.#end('completed')
    this.#daemon.emit({ kind: 'lifecycle', dom: this.#dom, event: 'stopped', detail: 'migrated' })
    this.#outcome.resolve({ cookie: new Uint8Array() })
  }

  fail(refusal = new Refusal('OPERATION_FAILED', 'migration out job: unexpectedly failed')): void {
    this.#end('failed')
    this.#outcome.reject(refusal)
  }

  #end(state: 'completed' | 'failed' | 'cancelled'): void {
    this.#state = state
    this.#daemon.emit({ kind: 'jobCompleted', dom: this.#dom, params: this.#progress() })
  }

  #handlers(): FakeHandlers {
    return {
      domainMigratePerform3Params: () => {
        this.#state = 'unbounded'
        this.#begin.resolve()
        return this.#outcome.promise
      },
      domainGetJobStats: ({ flags: bits }) => {
        const over = this.#state !== 'unbounded'
        if (over && (bits & flags.jobStats.completed) === 0) return { type: 'none', params: [] }
        return { type: this.#state, params: this.#state === 'none' ? [] : this.#progress() }
      },
      domainAbortJob: () => {
        if (this.#state !== 'unbounded') throw new Refusal('OPERATION_INVALID', 'no job is active on the domain')
        this.#end('cancelled')
        this.#outcome.reject(new Refusal('OPERATION_ABORTED', 'migration out job: canceled by client'))
        return {}
      },
      domainMigrateSetMaxDowntime: ({ downtimeMs }) => {
        this.asked.downtimeMs = downtimeMs
        return {}
      },
      domainMigrateSetMaxSpeed: ({ bandwidthMiBs }) => {
        this.asked.bandwidthMiBs = bandwidthMiBs
        return {}
      },
      domainMigrateStartPostCopy: () => {
        this.asked.postcopy = true
        return {}
      },
    }
  }

  #progress(): readonly TypedParam[] {
    const { memoryBytes, dirtied, passMs = 1000 } = this.#plan
    const sent = dirtied.slice(0, Math.max(0, this.#pass - 1)).reduce((sum, each) => sum + each, 0n)
    const processed = this.#pass === 0 ? 0n : memoryBytes + sent
    const remaining = this.#pass === 0 ? memoryBytes : (dirtied[this.#pass - 1] ?? 0n)
    const figures = {
      time_elapsed: BigInt(this.#pass * passMs),
      data_total: memoryBytes,
      data_processed: processed,
      data_remaining: remaining,
      memory_total: memoryBytes,
      memory_processed: processed,
      memory_remaining: remaining,
      memory_dirty_rate: ((remaining / 4096n) * 1000n) / BigInt(passMs),
      memory_iteration: BigInt(this.#pass + 1),
      memory_postcopy_requests: 0n,
      disk_total: 0n,
      disk_processed: 0n,
      disk_remaining: 0n,
    }
    const params = Object.entries(figures).map(([name, value]) => ({ name, type: 'ullong' as const, value }))
    return [{ name: 'operation', type: 'int', value: 5 }, ...params]
  }
}
