import { i32, nullable } from '../xdr/schema.ts'
import { dom, net, nodeDevice, pool, secret } from './objects.ts'
import { control } from './procedure.ts'

const callback = { callback: i32 }

/** Registering for events, one family each; without an object every object's events come. */
export const eventCalls = {
  connectDomainEventCallbackRegisterAny: control(316, { event: i32, dom: nullable(dom) }, callback),
  connectDomainEventCallbackDeregisterAny: control(317, callback, {}),
  connectNetworkEventRegisterAny: control(313, { event: i32, net: nullable(net) }, callback),
  connectNetworkEventDeregisterAny: control(314, callback, {}),
  connectStoragePoolEventRegisterAny: control(368, { event: i32, pool: nullable(pool) }, callback),
  connectStoragePoolEventDeregisterAny: control(369, callback, {}),
  connectNodeDeviceEventRegisterAny: control(374, { event: i32, device: nullable(nodeDevice) }, callback),
  connectNodeDeviceEventDeregisterAny: control(375, callback, {}),
  connectSecretEventRegisterAny: control(380, { event: i32, secret: nullable(secret) }, callback),
  connectSecretEventDeregisterAny: control(381, callback, {}),
} as const
