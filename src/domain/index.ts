export {
  type CapabilitiesView,
  type GuestCapability,
  type Machine,
  offeredGuest,
  offeredMachines,
  parseCapabilities,
} from './capabilities.ts'
export { type Difference, difference, differenceLine } from './difference.ts'
export type { DiskSource, DiskView } from './disk-view.ts'
export { DocumentError } from './document.ts'
export { type DomainCapabilitiesView, parseDomainCapabilities } from './domain-capabilities.ts'
export {
  agentChannel,
  type ChannelView,
  type CharDeviceView,
  type DomainView,
  type GraphicsView,
  parseDomain,
} from './domain-view.ts'
export { toDomainXml } from './domain-xml.ts'
export { lockScreens, passwordsOf } from './lock-screens.ts'
export {
  isBelievable,
  type Marker,
  markerNamespace,
  markerPrefix,
  parseMarker,
  toMarkerMetadata,
  withMarker,
} from './marker.ts'
export { type NetworkAddress, type NetworkSpec, type NetworkView, parseNetwork, toNetworkXml } from './network.ts'
export type { NicSource, NicView } from './nic-view.ts'
export type { Permissions } from './permissions.ts'
export { type DirPoolSpec, parsePool, type PoolView, toDirPoolXml } from './pool.ts'
export { proseProblem } from './prose.ts'
export { SpecError } from './spec-error.ts'
export { vmNameProblem } from './vm-name.ts'
export type {
  BootDevice,
  Choice,
  CpuPolicy,
  DiskBus,
  DiskSpec,
  Firmware,
  GraphicsSpec,
  HostFacts,
  KernelSpec,
  NicSpec,
  SerialSpec,
  VmSpec,
} from './vm-spec.ts'
export { parseVolume, toVolumeXml, type VolumeSpec, type VolumeView } from './volume.ts'
