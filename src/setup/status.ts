import { hostname } from 'node:os'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { clusterPlace } from '../db/cluster/index.ts'
import { asCalled, calledFrom } from './as-called.ts'
import { places, readConfig } from './config.ts'
import { setupError } from './errors.ts'
import { parseListen, urlOf } from './listen-address.ts'
import { callLocal } from './local-api.ts'
import type { SetupOptions } from './options.ts'
import { isRunning, runningOf } from './processes.ts'

export type Status = {
  readonly running: boolean
  readonly address: string
  readonly data: string
  readonly processes: ReturnType<typeof runningOf>
  readonly hosts: readonly {
    readonly name: string
    readonly state: string
    readonly kvm: { readonly works: boolean; readonly why: string }
  }[]
  readonly vms: { readonly total: number; readonly running: number } | null
  readonly warnings: readonly string[]
}

/** What runs of this copy, where, and what needs attention. Answers the exit status: 0 running, 3 not. */
export async function status({ data, json }: SetupOptions): Promise<number> {
  const config = readConfig(data)
  if (config === undefined) throw setupError('not_set_up', { data })
  const found = await look(data, urlOf(parseListen(config.listen), hostname()))
  console.log(json ? JSON.stringify(found, undefined, 2) : asCalled(inWords(found), calledFrom(data)))
  return found.running ? 0 : 3
}

async function look(data: string, address: string): Promise<Status> {
  const processes = runningOf(data)
  const warnings: string[] = []
  if (processes.controller !== undefined && processes.keepController === undefined)
    warnings.push('nobody restarts the controller if it ends: run "floe up"')
  if (processes.postgres !== undefined && processes.keepPostgres === undefined)
    warnings.push('nobody restarts the database if it ends: run "floe up"')
  const base = { running: isRunning(processes), address, data, processes, hosts: [], vms: null, warnings }
  if (processes.controller === undefined) return base
  try {
    return { ...base, ...(await ask(places(data).socket)) }
  } catch (error) {
    return { ...base, running: false, warnings: [...warnings, messageOf(error)] }
  }
}

async function ask(socket: string): Promise<Pick<Status, 'hosts' | 'vms'>> {
  const ready = await callLocal(socket, 'GET', '/readyz', undefined, 5000)
  if (ready.status !== 200) throw setupError('controller_silent', { socket, why: why(ready.body) })
  const hosts = (await callLocal(socket, 'GET', '/api/v1/hosts?limit=500')).body
  const counts = (await callLocal(socket, 'GET', '/api/v1/vms/counts')).body
  return {
    hosts: isRecord(hosts) && Array.isArray(hosts['items']) ? (hosts['items'] as Status['hosts']) : [],
    vms: isRecord(counts)
      ? {
          total: Number(counts['total']),
          running: (counts['byState'] as Record<string, number>)['running'] ?? 0,
        }
      : null,
  }
}

const why = (body: unknown): string =>
  isRecord(body) && typeof body['why'] === 'string' ? body['why'] : 'it is not ready'

/** The same for people. */
export function inWords({ running, address, data, processes, hosts, vms, warnings }: Status): string {
  const shown = (pid: number | undefined): string => (pid === undefined ? 'not running' : `process ${pid}`)
  const lines = [
    `Floe       ${running ? `running, ${address}` : 'not running'}`,
    `Controller ${shown(processes.controller)}`,
    `Database   ${shown(processes.postgres)}, ${clusterPlace(data).folder}`,
    ...hosts.map(
      ({ name, state, kvm }) => `Host       ${name}: ${state}, ${kvm.works ? 'KVM works' : `no KVM (${kvm.why})`}`,
    ),
    ...(vms === null ? [] : [`VMs        ${vms.total}, of them running ${vms.running}`]),
    ...warnings.map((warning) => `Warning    ${warning}`),
  ]
  if (!running) lines.push('Start it with "floe up".')
  return lines.join('\n')
}
