import type { Client } from '@floe/client'

import { exitCode } from './exit.ts'
import type { Io } from './io.ts'
import { openClient, type Opened, type OpenOptions } from './link/open-client.ts'
import { chooseTarget, type Target, type Wanted } from './link/target.ts'
import type { Format } from './output/write.ts'

/** The options that every verb has. */
export type Globals = Wanted & { readonly output: Format }

/** One run of the command line: what it reads and writes, and the Floe it speaks to once it needs one. */
export type Context = {
  readonly io: Io
  /** As the verb was called; the program's own part is read anew, since it may stand after the verb. */
  globals(): Globals
  client(): Promise<Client>
  /** A client that can open consoles too. */
  clientWithConsoles(): Promise<Client>
  target(): Promise<Target>
  /** The target, where one was chosen already: for a refusal's sentence. */
  chosen(): Target | undefined
  /** Progress and what is not the answer itself. */
  say(line: string): void
  /** What the shell will get. */
  exit: number
  /** How the verb that runs names the fields of its request: `vcpus` is `--vcpus`. A refusal is told with these. */
  fields: Readonly<Record<string, string>>
  close(): void
}

export function createContext(io: Io, globals: () => Globals): Context {
  let target: Target | undefined
  const opened: Opened[] = []
  const choose = async () => (target ??= await chooseTarget(io, globals()))
  const say = (line: string): void => void io.stderr.write(`${line}\n`)
  const open = async (more: Pick<OpenOptions, 'sockets'> = {}) => {
    const one = openClient(await choose(), { ...more, say })
    opened.push(one)
    return one.client
  }
  return {
    io,
    globals,
    target: choose,
    chosen: () => target,
    client: () => open(),
    clientWithConsoles: async () => open({ sockets: (await import('ws')).WebSocket }),
    say,
    exit: exitCode.ok,
    fields: {},
    close: () => opened.forEach((one) => one.close()),
  }
}
