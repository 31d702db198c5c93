import { i32, nullable, str, withDefault } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call } from './procedure.ts'
import { flagBits } from './shapes.ts'
import { stringFlags, typedParamsUpTo } from './typed-params.ts'

const few = typedParamsUpTo(16)
const some = typedParamsUpTo(32)
const many = typedParamsUpTo(64)
/** As many as the protocol carries: one call answers them all. 0 asks how many there are. */
const upTo = (max: number) => withDefault(i32, max)
const answer = { params: few, count: withDefault(i32, 0) } as const

/** Limits and shares of processor, memory, disks, NUMA and NICs, as parameters by libvirt's names. */
export const tuningCalls = {
  domainGetSchedulerType: call(56, { dom }, { type: str, count: i32 }),
  domainGetSchedulerParametersFlags: call(223, { dom, count: upTo(16), flags: stringFlags }, { params: few }),
  domainSetSchedulerParametersFlags: call(219, { dom, params: few, flags: flagBits }, {}),
  domainGetMemoryParameters: call(198, { dom, count: upTo(16), flags: stringFlags }, answer),
  domainSetMemoryParameters: call(197, { dom, params: few, flags: flagBits }, {}),
  domainGetBlkioParameters: call(206, { dom, count: upTo(16), flags: stringFlags }, answer),
  domainSetBlkioParameters: call(205, { dom, params: few, flags: flagBits }, {}),
  domainGetNumaParameters: call(255, { dom, count: upTo(16), flags: stringFlags }, answer),
  domainSetNumaParameters: call(254, { dom, params: few, flags: flagBits }, {}),
  domainGetInterfaceParameters: call(257, { dom, device: str, count: upTo(16), flags: stringFlags }, answer),
  domainSetInterfaceParameters: call(256, { dom, device: str, params: few, flags: flagBits }, {}),
  domainGetBlockIoTune: call(
    253,
    { dom, disk: nullable(str), count: upTo(32), flags: stringFlags },
    { params: some, count: withDefault(i32, 0) },
  ),
  domainSetBlockIoTune: call(252, { dom, disk: str, params: some, flags: flagBits }, {}),
  domainGetPerfEvents: call(365, { dom, flags: flagBits }, { params: many }),
  domainSetPerfEvents: call(366, { dom, params: many, flags: flagBits }, {}),
} as const
