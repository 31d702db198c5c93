export { dial } from './dial.ts'
export { keepConnected } from './link.ts'
export { nodeCpuTimes, nodeMemory } from './node-stats.ts'
export { localSockets, localTarget, describeTarget } from './target.ts'
export type { SshHop, SshVia, Target, TlsVia, UnixVia } from './target.ts'
export { previewSsh, type SshPreview } from './ssh/preview-ssh.ts'
export { sshTarget } from './ssh/ssh-uri.ts'
export { parseHostKey, type HostKey } from './ssh/host-key.ts'
export { previewTls, type TlsPreview } from './preview-tls.ts'
export { NotTrusted, type TrustProblem } from './trust.ts'
export type { CertificateFacts } from './certificate.ts'
export type {
  Connection,
  DialOptions,
  EventOptions,
  Hole,
  Keepalive,
  LibvirtStream,
  Link,
  LinkOptions,
  LinkState,
  SparseStream,
  StreamOptions,
  VolumeRange,
} from './contract.ts'
export { ConnectionLost, DeadlineExceeded, LibvirtError, XdrError, isLibvirtError } from './errors.ts'
export type { ErrorDomain, ErrorName } from './table/error-names.ts'
export type { Api, Args, CallName, CallOptions, ProcedureName, Ret } from './table/calls.ts'
export { eventKinds } from './table/events.ts'
export type { DomainLifecycle, EventKind, EventOf, LibvirtEvent, Resync } from './table/events.ts'
export { features, flags } from './table/flags.ts'
export type {
  Checkpoint,
  Dom,
  Net,
  NetworkInterface,
  NetworkPort,
  NodeDevice,
  Nwfilter,
  NwfilterBinding,
  Pool,
  Secret,
  Snapshot,
  Vol,
} from './table/objects.ts'
export { domainStates } from './table/shapes.ts'
export type { DomainState } from './table/shapes.ts'
export { stateReason } from './table/state-reasons.ts'
export { paramRecord } from './table/typed-params.ts'
export type { TypedParam, TypedValue } from './table/typed-params.ts'
export type { Word } from './xdr/schema.ts'
