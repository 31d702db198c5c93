import type { VmCreate } from '../../api/resources/vm.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import { proseProblem, vmNameProblem } from '../../domain/index.ts'
import { chooseDisks, type PlannedDisk } from './choose-disks.ts'
import { chooseHost } from './choose-host.ts'
import { chooseNetworks } from './choose-networks.ts'
import { chooseSize } from './choose-size.ts'
import { Findings, type Choice, type Fresh, type Offer, type PlanWarning } from './offer.ts'

/** Everything decided about a VM before anything is made. */
export type CreatePlan = {
  readonly vm: VmId
  readonly uuid: string
  readonly name: string
  readonly host: HostId
  readonly hostName: string
  readonly sample: boolean
  readonly memoryMiB: number
  readonly vcpus: number
  readonly virtualization: 'kvm' | 'qemu'
  readonly firmware: 'bios' | 'uefi' | null
  readonly disks: readonly PlannedDisk[]
  readonly nics: readonly { readonly network: string; readonly mac: string }[]
  readonly notes: string
  readonly tags: readonly string[]
  readonly start: boolean
  readonly scopes: readonly string[]
  readonly chosen: readonly Choice[]
  readonly warnings: readonly PlanWarning[]
}

export type Planned = Pick<Findings, 'obstacles' | 'chosen' | 'warnings'> & { readonly plan: CreatePlan | undefined }

/** Decides a VM from a request and what there is, or says everything that stands in the way. Pure. */
export function planVm(body: VmCreate, offer: Offer, fresh: Fresh, scopes: readonly string[]): Planned {
  const findings = new Findings()
  checkName(body.name, offer.takenNames, findings)
  checkNotes(body.notes, findings)
  const sample = body.from === 'sample'
  const host = chooseHost(body, offer, findings)
  if (sample && !offer.sampleHere) findings.stop('no_sample', 'from', {})
  const size = chooseSize(body, host, findings)
  const disks = host ? chooseDisks(body, { offer, host, findings }) : []
  const networks = host ? chooseNetworks(body, offer, host, findings) : []
  const { obstacles, chosen, warnings } = findings
  if (obstacles.length > 0 || host === undefined) return { plan: undefined, obstacles, chosen, warnings }
  const plan: CreatePlan = {
    vm: fresh.vm,
    uuid: fresh.uuid,
    name: body.name,
    host: host.id,
    hostName: host.name,
    sample,
    ...size,
    virtualization: host.kvm.works ? 'kvm' : 'qemu',
    firmware: body.firmware ?? null,
    disks,
    nics: networks.map((network) => ({ network, mac: fresh.mac() })),
    notes: body.notes ?? '',
    tags: body.tags ?? [],
    start: body.start ?? false,
    scopes,
    chosen,
    warnings,
  }
  return { plan, obstacles, chosen, warnings }
}

function checkName(name: string, taken: ReadonlySet<string>, findings: Findings): void {
  const problem = vmNameProblem(name)
  if (problem !== undefined) findings.stop('name_refused', 'name', { name: name.slice(0, 80), why: problem })
  else if (taken.has(name)) findings.stop('name_taken', 'name', { name, free: freeName(name, taken) })
}

function checkNotes(notes: string | undefined, findings: Findings): void {
  const problem = notes === undefined ? undefined : proseProblem(notes)
  if (problem !== undefined) findings.refuse('notes', problem)
}

/** `welcome` → `welcome-2` → `welcome-3`: the first that is free. A number that is no count, as in `debian-12`, stays. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const [, counted, count] = /^(.+)-([2-9])$/.exec(name) ?? []
  const base = counted ?? name
  for (let n = Number(count ?? 1) + 1; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`
}
