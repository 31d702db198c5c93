import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { TaskId } from '../../base/ids.ts'
import { step, task } from '../task.ts'

type Domain = { readonly madeBy: TaskId; readonly startedBy?: TaskId }

/** A host that is a folder: like libvirt it refuses what is there already, and it writes down every effect. */
export class FakeHost {
  readonly #folder: string
  constructor(folder: string) {
    this.#folder = folder
  }

  find(name: string): Domain | undefined {
    const file = this.#file(name)
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Domain) : undefined
  }

  define(name: string, madeBy: TaskId): void {
    writeFileSync(this.#file(name), JSON.stringify({ madeBy }), { flag: 'wx' })
    this.#note(`define ${name}`)
  }

  start(name: string, startedBy: TaskId): void {
    const domain = this.find(name)
    if (!domain) throw new Error(`no domain ${name}`)
    if (domain.startedBy) throw new Error(`${name} is already running`)
    writeFileSync(this.#file(name), JSON.stringify({ ...domain, startedBy }))
    this.#note(`start ${name}`)
  }

  destroyIf(name: string, startedBy: TaskId): void {
    const domain = this.find(name)
    if (domain?.startedBy !== startedBy) return
    writeFileSync(this.#file(name), JSON.stringify({ madeBy: domain.madeBy }))
    this.#note(`destroy ${name}`)
  }

  undefineIf(name: string, madeBy: TaskId): void {
    if (this.find(name)?.madeBy !== madeBy) return
    rmSync(this.#file(name))
    this.#note(`undefine ${name}`)
  }

  effects(): string[] {
    const file = join(this.#folder, 'effects')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }

  #note(effect: string): void {
    appendFileSync(join(this.#folder, 'effects'), `${effect}\n`)
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}

export type FakeWorld = { readonly host: FakeHost; readonly who: string; readonly say: (word: string) => void }
export type FakeInput = { readonly name: string; readonly fails: boolean }

const lockOf = ({ name }: FakeInput): { kind: string; id: string; cause: string }[] => [
  { kind: 'vm', id: name, cause: 'is being created' },
]
const objectOf = ({ name }: FakeInput): { kind: string; id: string; name: string } => ({ kind: 'vm', id: name, name })

const choose = step<FakeInput, FakeWorld, { host: string }>('choose', { do: async () => ({ host: 'here' }) })

/** Defines and starts; the last step fails when the input wants it, so that everything is undone. */
export const fakeCreate = task<FakeInput, FakeWorld>({
  name: 'fake.create',
  title: ({ name }) => `Create ${name}`,
  locks: lockOf,
  steps: [
    choose,
    step('define', {
      done: async ({ input, task, world }) => world.host.find(input.name)?.madeBy === task.id,
      do: async ({ input, task, world, resultOf }) => {
        world.host.define(input.name, task.id)
        return { on: resultOf(choose).host }
      },
      undo: async ({ input, task, world }) => world.host.undefineIf(input.name, task.id),
    }),
    step('start', {
      done: async ({ input, task, world }) => world.host.find(input.name)?.startedBy === task.id,
      do: async ({ input, task, world }) => world.host.start(input.name, task.id),
      undo: async ({ input, task, world }) => world.host.destroyIf(input.name, task.id),
    }),
    step('check', {
      do: async ({ input, world }) => {
        if (input.fails) throw new Error('the guest does not answer')
        return { by: world.who }
      },
    }),
  ],
})

/** The child stays in its step until it is told to stop, and then says that all went well. */
export const fakeHold = task<FakeInput, FakeWorld>({
  name: 'fake.hold',
  title: ({ name }) => `Hold ${name}`,
  object: objectOf,
  locks: lockOf,
  steps: [
    step('hold', {
      do: async ({ world, signal }) => {
        world.say('in step')
        if (world.who === 'child') await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return { by: world.who }
      },
    }),
    step('after', { do: async ({ world, results }) => ({ ...(results['hold'] as object), after: world.who }) }),
  ],
})
