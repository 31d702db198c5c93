import { flags, type Api, type Dom } from '@floe/libvirt'

import { markerNamespace, markerPrefix, toMarkerMetadata, type Marker } from '../../domain/index.ts'

/** Writes Floe's marker into a domain's definition and, while it runs, into the running domain too. */
export async function writeMarker(call: Api, dom: Dom, marker: Marker): Promise<void> {
  const impact = flags.domainImpact.config | (dom.id >= 0 ? flags.domainImpact.live : 0)
  await call.domainSetMetadata({
    dom,
    type: flags.domainMetadata.element,
    metadata: toMarkerMetadata(marker),
    key: markerPrefix,
    uri: markerNamespace,
    flags: impact,
  })
}
