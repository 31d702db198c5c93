import { userInfo, hostname } from 'node:os'

import type { Config } from './config.ts'
import { formatListen, isLoopback, parseListen, urlOf } from './listen-address.ts'

export type FarewellFacts = {
  readonly config: Config
  readonly host: { readonly kvm: boolean; readonly why: string }
  readonly password: string | undefined
  /** Said with each command where it is not the folder that is taken without saying. */
  readonly data?: string
  /** The sample's name, where there is one. */
  readonly sample?: string | undefined
  /** False when everything ran already. */
  readonly ours: boolean
  readonly detach: boolean
  readonly machine?: string
  readonly person?: string
  /** How the person called the entry: `./floe`. */
  readonly command?: string
}

/** The last words of "floe up": the address, how to reach it from elsewhere, the password, what next. */
export function farewell(facts: FarewellFacts): string {
  const { config, password, host } = facts
  const { machine = hostname(), person = userInfo().username, command = process.env['FLOE_NAME'] ?? './floe' } = facts
  const at = parseListen(config.listen)
  const url = urlOf(at, machine)
  const copy = facts.data === undefined ? '' : ` --data ${facts.data}`
  const lines = [
    '',
    facts.ours ? 'Floe is running.' : 'Floe was running already; nothing was changed.',
    '',
    `  Open        ${url}`,
  ]
  if (isLoopback(at)) {
    lines.push(
      `  From afar   ssh -L ${at.port}:${formatListen(at)} ${person}@${machine}`,
      `              and then open ${url} there; or serve it to others by HTTPS:`,
      `              ${command} up --listen 0.0.0.0:${at.port}${copy}`,
    )
  } else if (config.tls?.ca !== undefined) {
    lines.push(`  Certificate made by Floe's own authority: browsers trust it once they know ${config.tls.ca}`)
  }
  lines.push('  User        admin')
  if (password === undefined) lines.push('  Password    the one you chose')
  else lines.push(`  Password    ${password}   (for the first login; then you choose your own)`)
  if (!host.kvm) lines.push('', `  Warning: virtual machines run in software and are slow. ${host.why}`)
  lines.push(
    '',
    `Next: log in, ${facts.sample ? `open "${facts.sample}", and type into its console` : 'and look at your virtual machines'}. Or here: ${command} vm list${copy}`,
  )
  const stays = facts.ours && !facts.detach
  lines.push(
    stays
      ? 'Ctrl-C ends Floe; virtual machines stay running.'
      : `${command} down${copy} ends it; virtual machines stay running.`,
  )
  return lines.join('\n')
}
