import { dial, isLibvirtError, localTarget, type Target } from '@floe/libvirt'

/** Prints every domain of a host with its memory, and what one of them is made of. */
export async function showDomains(target: Target = localTarget('qemu:///system')): Promise<void> {
  // `await using` closes the connection at the end of the block.
  await using connection = await dial(target)
  const { domains } = await connection.call.connectListAllDomains()
  for (const dom of domains) {
    const { state, memoryKiB } = await connection.call.domainGetInfo({ dom }, { deadlineMs: 2000 })
    console.log(dom.name, state, memoryKiB / 1024n, 'MiB')
  }
  try {
    const { dom } = await connection.call.domainLookupByName({ name: 'web' })
    console.log((await connection.call.domainGetXmlDesc({ dom })).xml)
  } catch (error) {
    // Errors carry libvirt's code.
    if (!isLibvirtError(error, 'NO_DOMAIN')) throw error
    console.log('There is no domain web')
  }
}
