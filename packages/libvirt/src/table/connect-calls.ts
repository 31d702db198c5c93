import { listMax } from '../xdr/limits.ts'
import { bool, i32, list, nullable, str, struct, u32, u64, withDefault, word } from '../xdr/schema.ts'
import { call, control } from './procedure.ts'
import { charArray, counted, dom, flagBits, net, pool, typedParams, wantEntries } from './shapes.ts'

const statistic = list(struct({ name: str, value: u64 }), 16)

/** The connection itself and the node it leads to. Memory in KiB unless a name says otherwise. */
export const connectCalls = {
  authList: control(66, {}, { types: list(word(['none', 'sasl', 'polkit']), 20) }),
  connectOpen: control(1, { uri: nullable(str), flags: flagBits }, {}),
  connectClose: control(2, {}, {}),
  connectSupportsFeature: control(60, { feature: i32 }, { supported: bool }),
  connectGetType: call(3, {}, { type: str }),
  connectGetVersion: call(4, {}, { version: u64 }),
  connectGetLibVersion: call(157, {}, { version: u64 }),
  connectGetHostname: call(59, {}, { hostname: str }),
  connectGetUri: call(110, {}, { uri: str }),
  connectGetCapabilities: call(7, {}, { xml: str }),
  connectGetDomainCapabilities: call(
    342,
    {
      emulator: nullable(str),
      arch: nullable(str),
      machine: nullable(str),
      virtType: nullable(str),
      flags: flagBits,
    },
    { xml: str },
  ),
  nodeGetInfo: call(
    6,
    {},
    {
      model: charArray(32),
      memoryKiB: u64,
      cpus: i32,
      mhz: i32,
      nodes: i32,
      sockets: i32,
      cores: i32,
      threads: i32,
    },
  ),
  /** `count` 0 asks how many there are; the second call must give exactly that number. See `nodeMemory`. */
  nodeGetMemoryStats: call(
    228,
    { count: withDefault(i32, 0), cell: withDefault(i32, -1), flags: flagBits },
    { stats: statistic, count: i32 },
  ),
  nodeGetCpuStats: call(
    227,
    { cpu: withDefault(i32, -1), count: withDefault(i32, 0), flags: flagBits },
    { stats: statistic, count: i32 },
  ),
  connectListAllDomains: call(273, { wantEntries, flags: flagBits }, { domains: counted(dom) }),
  connectListAllStoragePools: call(281, { wantEntries, flags: flagBits }, { pools: counted(pool) }),
  connectListAllNetworks: call(283, { wantEntries, flags: flagBits }, { networks: counted(net) }),
  /** `doms` empty asks for all domains. `stats` 0 asks for every group that the driver knows. */
  connectGetAllDomainStats: call(
    344,
    { doms: withDefault(list(dom, listMax), []), stats: withDefault(u32, 0), flags: flagBits },
    { records: list(struct({ dom, params: typedParams }), listMax) },
  ),
  connectDomainEventCallbackRegisterAny: control(316, { event: i32, dom: nullable(dom) }, { callback: i32 }),
  connectDomainEventCallbackDeregisterAny: control(317, { callback: i32 }, {}),
  connectNetworkEventRegisterAny: control(313, { event: i32, net: nullable(net) }, { callback: i32 }),
  connectNetworkEventDeregisterAny: control(314, { callback: i32 }, {}),
  connectStoragePoolEventRegisterAny: control(368, { event: i32, pool: nullable(pool) }, { callback: i32 }),
  connectStoragePoolEventDeregisterAny: control(369, { callback: i32 }, {}),
} as const
