import { userInfo, hostname } from 'node:os'

import { asCalled, commandOf, type Called } from './as-called.ts'
import type { Config } from './config.ts'
import { formatListen, isLoopback, parseListen, urlOf } from './listen-address.ts'
import type { HostWords } from './local-host.ts'

export type FarewellFacts = {
  readonly config: Config
  /** This machine as a host; nothing where somebody took it out. */
  readonly host: Pick<HostWords, 'kvm' | 'why' | 'silent'> | undefined
  /** Where one was given by this run. */
  readonly password?: string
  /** The sample's name, where this run made or found it. */
  readonly sample?: string
  readonly did: 'started' | 'added to' | 'nothing'
  readonly detach: boolean
  readonly called: Called
  readonly machine?: string
  readonly person?: string
}

/** The last words of "floe up": the address, how to reach it from elsewhere, the password, what next. */
export function farewell(facts: FarewellFacts): string {
  const { password, host, did, called, sample } = facts
  const lines = [
    '',
    did === 'nothing' ? 'Floe was running already; nothing was changed.' : 'Floe is running.',
    '',
    ...wayIn(facts),
    '  User        admin',
    password === undefined
      ? '  Password    the one you chose, or the one-time password that was told here. Lost: "floe user reset-password admin"'
      : `  Password    ${password}   (for the first login; then you choose your own)`,
  ]
  if (host?.kvm === false) lines.push('', `  Warning: virtual machines run in software and are slow. ${host.why}`)
  if (host?.silent !== undefined)
    lines.push(
      '',
      `  Warning: this machine's libvirt does not answer (${host.silent}). Its virtual machines are shown as unknown until it does.`,
    )
  const next = sample ? `open "${sample}", and type into its console` : 'and look at your virtual machines'
  lines.push('', `Next: log in, ${next}. Or here: ${commandOf('floe vm list', called)}`)
  lines.push(
    did === 'started' && !facts.detach
      ? 'Ctrl-C ends Floe; virtual machines stay running.'
      : `${commandOf('floe down', called)} ends it; virtual machines stay running.`,
  )
  return asCalled(lines.join('\n'), called)
}

/** The address, and how to come to it from another machine. */
function wayIn({ config, called, machine = hostname(), person = userInfo().username }: FarewellFacts): string[] {
  const at = parseListen(config.listen)
  const url = urlOf(at, machine)
  const open = `  Open        ${url}`
  if (isLoopback(at))
    return [
      open,
      `  From afar   ssh -L ${at.port}:${formatListen(at)} ${person}@${machine}`,
      `              and then open ${url} there; or serve it to others by HTTPS:`,
      `              ${commandOf(`floe up --listen 0.0.0.0:${at.port}`, called)}`,
    ]
  if (config.tls?.ca === undefined) return [open]
  return [open, `  Certificate made by Floe's own authority: browsers trust it once they know ${config.tls.ca}`]
}
