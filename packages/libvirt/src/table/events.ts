import { mapped, i32, i64, list, nullable, numberOf, str, struct, u32, u64, word } from '../xdr/schema.ts'
import type { AnyCodec, Codec, Fields, StructOut, Word } from '../xdr/schema.ts'
import { dom, net, nodeDevice, pool, secret, type Dom } from './objects.ts'
import { blockJobType } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

/** Which register call an event belongs to. */
export type EventFamily = 'domain' | 'network' | 'pool' | 'node-device' | 'secret'

/** One row: the number to register for, the procedure that announces it, and its layout after the callback's id. */
export type EventRow<K extends string = string, F extends Fields = Fields> = {
  readonly kind: K
  readonly family: EventFamily
  readonly id: number
  readonly procedure: number
  readonly fields: F
  readonly codec: AnyCodec
  /** Events of libvirt's first generation of callbacks put something between the callback's id and the rest. */
  readonly reasonFirst: boolean
}

function event<const K extends string, const F extends Fields>(
  kind: K,
  family: EventFamily,
  id: number,
  procedure: number,
  fields: F,
  reasonFirst = false,
): EventRow<K, F> {
  return { kind, family, id, procedure, fields, codec: struct(fields), reasonFirst }
}

export const lifecycleWords = {
  defined: ['added', 'updated', 'renamed', 'from-snapshot'],
  undefined: ['removed', 'renamed'],
  started: ['booted', 'migrated', 'restored', 'from-snapshot', 'wakeup', 'recreated'],
  suspended: [
    'paused',
    'migrated',
    'ioerror',
    'watchdog',
    'restored',
    'from-snapshot',
    'api-error',
    'postcopy',
    'postcopy-failed',
  ],
  resumed: ['unpaused', 'migrated', 'from-snapshot', 'postcopy', 'postcopy-failed'],
  stopped: ['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot', 'recreated'],
  shutdown: ['finished', 'guest', 'host'],
  pmsuspended: ['memory', 'disk'],
  crashed: ['panicked', 'crashloaded'],
} as const
export type DomainLifecycle = keyof typeof lifecycleWords
const lifecycleNames = Object.keys(lifecycleWords) as DomainLifecycle[]
type Detail = (typeof lifecycleWords)[DomainLifecycle][number]

/** The detail's words depend on the event, so both are one codec. */
const lifecycle: Codec<{ readonly dom: Dom; readonly event: Word<DomainLifecycle>; readonly detail: Word<Detail> }> =
  mapped(
    struct({ dom, event: i32, detail: i32 }),
    { is: 'domain-lifecycle' },
    (wire) => {
      const event = lifecycleNames[wire.event]
      return {
        dom: wire.dom,
        event: event ?? `unknown-${wire.event}`,
        detail: (event && lifecycleWords[event][wire.detail]) ?? `unknown-${wire.detail}`,
      }
    },
    (value) => ({
      dom: value.dom,
      event: numberOf(lifecycleNames, value.event),
      detail: numberOf(lifecycleWords[value.event as DomainLifecycle] ?? [], value.detail),
    }),
  )

const graphicsAddress = struct({ family: word(['ipv4', 'ipv6', 'unix']), node: str, service: str })
const blockJob = {
  dom,
  disk: str,
  type: blockJobType,
  status: word(['completed', 'failed', 'canceled', 'ready']),
}
const storedLifecycle = ['defined', 'undefined', 'started', 'stopped', 'created', 'deleted'] as const

/** Every event that Floe can listen to. `lifecycle` has its own codec, so its fields are given by hand. */
const eventRows = {
  lifecycle: { ...event('lifecycle', 'domain', 0, 318, {}), codec: lifecycle as AnyCodec },
  reboot: event('reboot', 'domain', 1, 319, { dom }),
  rtcChange: event('rtcChange', 'domain', 2, 320, { dom, offsetS: i64 }),
  watchdog: event('watchdog', 'domain', 3, 321, {
    dom,
    action: word(['none', 'pause', 'reset', 'poweroff', 'shutdown', 'debug', 'inject-nmi']),
  }),
  graphics: event('graphics', 'domain', 5, 323, {
    dom,
    phase: word(['connect', 'initialize', 'disconnect']),
    local: graphicsAddress,
    remote: graphicsAddress,
    authScheme: str,
    subject: list(struct({ type: str, name: str }), 20),
  }),
  ioError: event('ioError', 'domain', 6, 324, {
    dom,
    path: str,
    device: str,
    action: word(['none', 'pause', 'report']),
    reason: str,
  }),
  controlError: event('controlError', 'domain', 7, 325, { dom }),
  diskChange: event('diskChange', 'domain', 9, 327, {
    dom,
    oldPath: nullable(str),
    newPath: nullable(str),
    device: str,
    reason: word(['changed-missing', 'dropped-missing']),
  }),
  trayChange: event('trayChange', 'domain', 10, 328, { dom, device: str, reason: word(['open', 'close']) }),
  pmWakeup: event('pmWakeup', 'domain', 11, 329, { dom }, true),
  pmSuspend: event('pmSuspend', 'domain', 12, 330, { dom }, true),
  balloonChange: event('balloonChange', 'domain', 13, 331, { dom, actualKiB: u64 }),
  pmSuspendDisk: event('pmSuspendDisk', 'domain', 14, 332, { dom }, true),
  deviceRemoved: event('deviceRemoved', 'domain', 15, 333, { dom, device: str }),
  blockJob: event('blockJob', 'domain', 16, 339, blockJob),
  tunable: event('tunable', 'domain', 17, 346, { dom, params: typedParamsUpTo(2048) }),
  agentLifecycle: event('agentLifecycle', 'domain', 18, 348, {
    dom,
    state: word(['unknown', 'connected', 'disconnected']),
    reason: word(['unknown', 'domain-started', 'channel']),
  }),
  deviceAdded: event('deviceAdded', 'domain', 19, 354, { dom, device: str }),
  migrationIteration: event('migrationIteration', 'domain', 20, 359, { dom, iteration: i32 }),
  jobCompleted: event('jobCompleted', 'domain', 21, 363, { dom, params: typedParamsUpTo(2048) }),
  deviceRemovalFailed: event('deviceRemovalFailed', 'domain', 22, 367, { dom, device: str }),
  metadataChange: event('metadataChange', 'domain', 23, 379, {
    dom,
    type: word(['description', 'title', 'element']),
    uri: nullable(str),
  }),
  blockThreshold: event('blockThreshold', 'domain', 24, 385, {
    dom,
    device: str,
    path: nullable(str),
    threshold: u64,
    excess: u64,
  }),
  memoryFailure: event('memoryFailure', 'domain', 25, 423, {
    dom,
    recipient: word(['hypervisor', 'guest']),
    action: word(['ignore', 'inject', 'fatal', 'reset']),
    flags: u32,
  }),
  memoryDeviceSizeChange: event('memoryDeviceSizeChange', 'domain', 26, 438, { dom, device: str, sizeKiB: u64 }),
  networkLifecycle: event('networkLifecycle', 'network', 0, 315, {
    net,
    event: word(['defined', 'undefined', 'started', 'stopped']),
    detail: i32,
  }),
  poolLifecycle: event('poolLifecycle', 'pool', 0, 370, { pool, event: word(storedLifecycle), detail: i32 }),
  poolRefresh: event('poolRefresh', 'pool', 1, 373, { pool }),
  nodeDeviceLifecycle: event('nodeDeviceLifecycle', 'node-device', 0, 376, {
    device: nodeDevice,
    event: word(['created', 'deleted', 'defined', 'undefined']),
    detail: i32,
  }),
  nodeDeviceUpdate: event('nodeDeviceUpdate', 'node-device', 1, 377, { device: nodeDevice }),
  secretLifecycle: event('secretLifecycle', 'secret', 0, 382, {
    secret,
    event: word(['defined', 'undefined']),
    detail: i32,
  }),
  secretValueChange: event('secretValueChange', 'secret', 1, 383, { secret }),
} as const

type EventRows = typeof eventRows
export type EventKind = keyof EventRows
export const eventKinds = Object.keys(eventRows) as EventKind[]

type BodyOf<K extends EventKind> = K extends 'lifecycle'
  ? { readonly dom: Dom; readonly event: Word<DomainLifecycle>; readonly detail: Word<Detail> }
  : EventRows[K] extends EventRow<string, infer F>
    ? StructOut<F>
    : never

/** What libvirt announced. `kind` tells which fields are there. */
export type LibvirtEvent = { [K in EventKind]: { readonly kind: K } & BodyOf<K> }[EventKind]
export type EventOf<K extends EventKind> = Extract<LibvirtEvent, { kind: K }>

export const eventRow = (kind: EventKind): EventRow => eventRows[kind]
export const eventByProcedure: ReadonlyMap<number, EventKind> = new Map(
  eventKinds.map((kind) => [eventRows[kind].procedure, kind]),
)

/** Not an event of libvirt: the listener cannot know what it missed, so it lists again. It is always the first item
 *  (`subscribed`: everything after it is announced), and comes again after a gap of the connection and when the
 *  listener was slower than its queue. `missing` are the kinds that this host cannot announce. */
export type Resync = {
  readonly kind: 'resync'
  readonly why: 'subscribed' | 'reconnected' | 'overflow' | 'unreadable'
  readonly missing: readonly { readonly kind: EventKind; readonly because: string }[]
}
