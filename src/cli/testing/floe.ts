import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { testServer, type TestServer, type TestServerOptions } from '../../controller/http/testing.ts'
import { run, type Ran, type RunOptions } from './run.ts'

/** The product's own HTTP side with the given handlers, where the command line looks for it, and a home to log in from. */
export type TestFloe = AsyncDisposable & {
  readonly at: TestServer
  readonly home: string
  readonly data: string
  /** Over the socket, as `--data` has it. */
  local(...argv: readonly string[]): Promise<Ran>
  run(argv: readonly string[], options?: Omit<RunOptions, 'home'>): Promise<Ran>
}

export async function testFloe(options: TestServerOptions = {}): Promise<TestFloe> {
  const stack = new AsyncDisposableStack()
  const home = await mkdtemp(join(tmpdir(), 'floe-cli-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const at = stack.use(await testServer(options))
  const data = join(home, 'data')
  await mkdir(join(data, 'run'), { recursive: true })
  await symlink(at.socketPath, join(data, 'run', 'floe.sock'))
  const inHome: TestFloe['run'] = (argv, given = {}) => run(argv, { home, ...given })
  return {
    at,
    home,
    data,
    local: (...argv) => inHome([...argv, '--data', data]),
    run: inHome,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
