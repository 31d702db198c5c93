import { createClient, isApiProblem, type Client, type Session } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from '../context.ts'
import type { Io } from '../io.ts'
import { parseAddress } from '../link/address.ts'
import { readCredentials, writeCredentials } from '../link/credentials.ts'
import { nodeFetch } from '../link/node-fetch.ts'
import { printable } from '../output/printable.ts'
import { writeOne } from '../output/write.ts'
import { addExample } from '../verb-parts.ts'
import { believedAt } from './certificate.ts'
import { ask, askSecret, readLine } from './prompt.ts'

type Options = {
  readonly user?: string
  readonly ca?: string
  readonly fingerprint?: string
  readonly passwordStdin?: boolean
}

export function register(program: Command, context: Context): void {
  const command = program
    .command('login')
    .description('Log in to a Floe elsewhere; the verbs go there from then on. The machine’s own Floe needs no login.')
    .argument('<address>', 'Like https://floe.example:7070.')
    .option('--user <name>', 'Asked for when left out.')
    .option('--ca <file>', 'The authority to believe, in PEM.')
    .option('--fingerprint <sha256>', 'The certificate to believe, instead of being asked.')
    .option('--password-stdin', 'Read the password from the first line of standard input.')
  addExample(command, 'login https://floe.example:7070 --user anna', 'login http://localhost:7070 --user admin')
  command.action((address: string, options: Options) => login(context, parseAddress(address), options))
}

async function login(context: Context, url: string, options: Options): Promise<void> {
  const { io } = context
  const before = await readCredentials(io)
  const ca = await believedAt(io, url, options, before.at[url]?.ca)
  const { fetch, close } = nodeFetch(ca === undefined ? {} : { ca })
  try {
    const name = options.user ?? ((await ask(io, `User at ${url} (admin):`)).trim() || 'admin')
    const password = options.passwordStdin ? await readLine(io) : await askSecret(io, `Password of ${name}:`)
    const session = await createClient({ baseUrl: url, fetch }).login({ body: { name, password, use: 'cli' } })
    const token = session.token
    if (token === undefined) throw new Error(`${url} gave no token. Is it a newer Floe than this command line knows?`)
    const client = createClient({ baseUrl: url, fetch, token })
    const chosen =
      session.account.mustChangePassword && !options.passwordStdin ? await choosePassword(io, client) : session
    const credential = { user: chosen.account.name, token: chosen.token ?? token, ...(ca !== undefined && { ca }) }
    await writeCredentials(io, { current: url, at: { ...before.at, [url]: credential } })
    await writeOne(io, context.globals().output, { url, ...chosen.account }, () => doneText(url, chosen))
  } finally {
    close()
  }
}

/** A one-time password opens nothing but this. Asked again until it is good; what it lacks is the API's sentence. */
async function choosePassword(io: Io, client: Client): Promise<Session> {
  io.stderr.write('This password was for one time. Choose your own.\n')
  for (;;) {
    const fresh = await askSecret(io, 'New password:')
    if ((await askSecret(io, 'Once more:')) !== fresh) {
      io.stderr.write('The two differ.\n')
      continue
    }
    try {
      return await client.changePassword({ body: { new: fresh } })
    } catch (error) {
      if (!isApiProblem(error) || error.code !== 'password_weak') throw error
      io.stderr.write(`${printable(error.title)}\n`)
    }
  }
}

const doneText = (url: string, { account }: Session): string =>
  account.mustChangePassword
    ? `Logged in to ${url} as ${printable(account.name)}. The password was for one time: choose your own with "floe login ${url}" in a terminal, or in the browser.\n`
    : `Logged in to ${url} as ${printable(account.name)} (${account.role}).\n`
