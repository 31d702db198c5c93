import { openDb } from '../../db/open-db.ts'
import { TaskEngine } from '../task-engine.ts'
import { fakeCreate, FakeHost, fakeHold, type FakeInput } from './fake-host.ts'

/** A controller of its own for the tests that kill or stop one: begins one task, runs it, tells each word on stdout. */
export type ChildOrders = {
  readonly url: string
  readonly folder: string
  readonly kind: 'fake.create' | 'fake.hold'
  readonly input: FakeInput
  readonly leaseMs: number
  /** Dies by SIGKILL here. */
  readonly killAt?: string
}

const orders = JSON.parse(process.argv[2]!) as ChildOrders
const say = (word: string): void => void process.stdout.write(`${word}\n`)
const kinds = [fakeCreate, fakeHold]
const db = openDb({ url: orders.url }, { max: 4 })
const engine = new TaskEngine({
  db,
  kinds,
  world: { host: new FakeHost(orders.folder), who: 'child', say },
  identity: 'child',
  leaseMs: orders.leaseMs,
  graceMs: 1000,
  killPoint: async (name) => {
    if (name !== orders.killAt) return
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => {})
  },
  onTrouble: (sentence) => say(sentence),
})
const kind = kinds.find(({ name }) => name === orders.kind)!
const { id } = await engine.begin(kind, orders.input, { name: 'admin', scopes: [] })
say(id)
engine.start()
process.stdin.resume().on('end', () => {
  say('ends')
  void engine.stop().then(() => db[Symbol.asyncDispose]())
})
