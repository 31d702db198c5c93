import type { Choice, HostFacts, VmSpec } from './vm-spec.ts'

/** The domain document of a VM that is to be, and every choice that the spec left open with its reason.
 *  Throws `SpecError` when the spec cannot be built on this host. Source: libvirt's formatdomain. */
export function toDomainXml(
  _spec: VmSpec,
  _facts: HostFacts,
): { readonly xml: string; readonly chosen: readonly Choice[] } {
  throw new Error('not there yet')
}
