import type { VmCreate } from '../../api/resources/vm.ts'
import type { Findings, Offer, OfferedHost } from './offer.ts'

/** The networks of a new VM, one NIC each. */
export function chooseNetworks(body: VmCreate, offer: Offer, host: OfferedHost, findings: Findings): readonly string[] {
  const here = offer.networks.filter((one) => one.host === host.id)
  if (body.networks === undefined) return usualNetwork(here, host, findings)
  for (const [i, name] of body.networks.entries()) {
    const network = here.find((one) => one.name === name)
    const field = `networks.${i}`
    if (network === undefined) {
      const names = here.length > 0 ? here.map((one) => one.name) : 'none'
      findings.stop('network_missing', field, { name: name.slice(0, 80), host: host.name, names })
    } else if (!network.active && body.start === true)
      findings.stop('network_off', field, { network: name, name, host: host.name })
  }
  return body.networks
}

function usualNetwork(here: Offer['networks'], host: OfferedHost, findings: Findings): readonly string[] {
  const usable = here.find((one) => one.active && one.name === 'default') ?? here.find((one) => one.active)
  if (usable) findings.choose('Network', usable.name, 'it is on, so the VM gets an address')
  else
    findings.choose(
      'Network',
      'none',
      here.length === 0 ? `${host.name} has no network` : `no network of ${host.name} is on`,
    )
  return usable ? [usable.name] : []
}
