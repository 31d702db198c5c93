import type { VmCreate } from '../../api/resources/vm.ts'
import { formatBytes, MiB } from '../../base/units.ts'
import type { Findings, OfferedHost } from './offer.ts'

const sampleMiB = 256
const usualMiB = 2048

/** Memory and vCPUs of a new VM. More than is free is refused where it is to start; more than the host has is told. */
export function chooseSize(
  body: VmCreate,
  host: OfferedHost | undefined,
  findings: Findings,
): { readonly memoryMiB: number; readonly vcpus: number } {
  const sample = body.from === 'sample'
  const memoryMiB = body.memoryMiB ?? (sample ? sampleMiB : usualMiB)
  const vcpus = body.vcpus ?? (sample ? 1 : 2)
  if (body.memoryMiB === undefined)
    findings.choose(
      'Memory',
      `${memoryMiB} MiB`,
      sample ? 'the sample guest lives in it whole' : 'enough for most systems to install and run',
    )
  if (body.vcpus === undefined)
    findings.choose(
      'vCPUs',
      String(vcpus),
      sample ? 'the sample guest does little' : 'one for the system, one for what runs on it',
    )
  if (host) checkMemory(body, host, memoryMiB, findings)
  if (host?.cpus != null && vcpus > host.cpus)
    findings.warn(
      'vcpus',
      `${host.name} has ${host.cpus} ${host.cpus === 1 ? 'CPU' : 'CPUs'}, ${body.name} would get ${vcpus} vCPUs. They wait for each other; fewer run faster.`,
    )
  return { memoryMiB, vcpus }
}

function checkMemory(body: VmCreate, host: OfferedHost, memoryMiB: number, findings: Findings): void {
  const needed = formatBytes(memoryMiB * MiB)
  if (host.freeBytes !== null && body.start === true && memoryMiB * MiB > host.freeBytes)
    findings.stop('no_memory', 'memoryMiB', {
      host: host.name,
      vm: body.name,
      free: formatBytes(host.freeBytes),
      needed,
    })
  else if (host.memoryBytes !== null && memoryMiB * MiB > host.memoryBytes)
    findings.warn(
      'memoryMiB',
      `${host.name} has ${formatBytes(host.memoryBytes)} of memory, ${body.name} would get ${needed}. It cannot be started there.`,
    )
}
