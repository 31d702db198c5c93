import type { VmCreate } from '../../api/resources/vm.ts'
import { formatBytes } from '../../base/units.ts'
import type { Findings, Offer, OfferedHost } from './offer.ts'

/** The host of a new VM: the one that was named, or the best. */
export function chooseHost(body: VmCreate, offer: Offer, findings: Findings): OfferedHost | undefined {
  const host = body.host === undefined ? bestHost(body, offer, findings) : namedHost(body.host, offer, findings)
  if (host) findings.choose('Virtualization', host.kvm.works ? 'KVM' : 'software (TCG)', host.kvm.why)
  return host
}

function namedHost(name: string, offer: Offer, findings: Findings): OfferedHost | undefined {
  const host = offer.hosts.find((one) => one.name === name || one.id === name)
  if (host === undefined) findings.stop('not_found', 'host', { kind: 'host', name: name.slice(0, 80) })
  else if (!host.up)
    findings.stop('host_unreachable', 'host', { host: host.name, why: host.why ?? 'it is not connected' })
  return host?.up ? host : undefined
}

/** Most free memory among those that have every image and network that was named; among all when none has. */
function bestHost(body: VmCreate, offer: Offer, findings: Findings): OfferedHost | undefined {
  const up = offer.hosts.filter((one) => one.up).toSorted((a, b) => (b.freeBytes ?? 0) - (a.freeBytes ?? 0))
  const fit = up.filter((host) => hasWhatWasNamed(host, body, offer))
  const best = fit[0] ?? up[0]
  if (best === undefined) {
    findings.stop('no_host', 'host', {})
    return undefined
  }
  const because =
    up.length === 1
      ? 'it is the only one connected'
      : fit.length === 1
        ? 'it is the only one connected that has what was named'
        : `most free memory: ${formatBytes(best.freeBytes ?? 0)}`
  findings.choose('Host', best.name, because)
  return best
}

function hasWhatWasNamed({ id }: OfferedHost, body: VmCreate, { volumes, networks }: Offer): boolean {
  const images = [...(body.iso ? [body.iso] : []), ...(body.disks ?? []).filter((disk) => 'volume' in disk)]
  return (
    images.every(({ pool, volume }) =>
      volumes.some((one) => one.host === id && one.pool === pool && one.name === volume),
    ) && (body.networks ?? []).every((name) => networks.some((one) => one.host === id && one.name === name))
  )
}
