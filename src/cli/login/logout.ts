import { isApiProblem, isNotReachable } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from '../context.ts'
import { CliError, exitCode } from '../exit.ts'
import { parseAddress } from '../link/address.ts'
import { readCredentials, writeCredentials } from '../link/credentials.ts'
import { openClient } from '../link/open-client.ts'
import { addExample } from '../verb-parts.ts'

export function register(program: Command, context: Context): void {
  const command = program
    .command('logout')
    .description('Log out: the session ends there, and its token is forgotten here.')
    .argument('[address]', 'Of the last login when left out.')
  addExample(command, 'logout')
  command.action(async (given: string | undefined) => {
    const { io } = context
    const { current, at } = await readCredentials(io)
    const url = given === undefined ? current : parseAddress(given)
    const credential = url === undefined ? undefined : at[url]
    if (url === undefined || credential === undefined) {
      throw new CliError(exitCode.notLoggedIn, `You are not logged in${url === undefined ? '' : ` to ${url}`}.`)
    }
    // Forgotten here first: what happens on the way then cannot keep it.
    const { [url]: _gone, ...rest } = at
    await writeCredentials(io, { current: current === url ? undefined : current, at: rest })
    const opened = openClient({ kind: 'remote', url, credential }, { say: (line) => context.say(line) })
    try {
      await opened.client.logout()
      io.stdout.write(`Logged out of ${url}.\n`)
    } catch (error) {
      if (isApiProblem(error) && error.status === 401)
        io.stdout.write(`Logged out of ${url}; the session had ended already.\n`)
      else if (isNotReachable(error))
        context.say(`${error.message} The token is forgotten here; there it ends after 12 h without use.`)
      else throw error
    } finally {
      opened.close()
    }
  })
}
