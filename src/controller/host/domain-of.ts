import { LibvirtError, type Api, type Dom } from '@floe/libvirt'

/** The domain with this UUID as libvirt has it now; nothing when there is none. */
export async function domainOf(call: Api, uuid: string): Promise<Dom | undefined> {
  try {
    return (await call.domainLookupByUuid({ uuid })).dom
  } catch (error) {
    if (error instanceof LibvirtError && error.code === 'NO_DOMAIN') return undefined
    throw error
  }
}

/** libvirt's state of a domain, or `undefined` where there is none. */
export async function domainState(call: Api, uuid: string): Promise<string> {
  const dom = await domainOf(call, uuid)
  if (dom === undefined) return 'undefined'
  try {
    return (await call.domainGetState({ dom })).state
  } catch (error) {
    if (error instanceof LibvirtError && error.code === 'NO_DOMAIN') return 'undefined'
    throw error
  }
}
