import { once } from 'node:events'

import { dial, keepConnected, isLibvirtError, localTarget } from '@floe/libvirt'

const target = localTarget('qemu:///system')

// Connect, list, call: `await using` closes the connection at the end of the block.
await using connection = await dial(target)
const { domains } = await connection.call.connectListAllDomains()
for (const dom of domains) {
  const { state, memoryKiB } = await connection.call.domainGetInfo({ dom }, { deadlineMs: 2000 })
  console.log(dom.name, state, memoryKiB / 1024n, 'MiB')
}

// Errors carry libvirt's code.
try {
  await connection.call.domainLookupByName({ name: 'nobody' })
} catch (error) {
  if (!isLibvirtError(error, 'NO_DOMAIN')) throw error
}

// Bytes: a Duplex on a connection of its own.
const { stream } = await connection.screenshot(domains[0]!)
stream.resume()
await once(stream, 'end')

// A link comes back by itself. After each gap a resync says: list again.
await using link = keepConnected(target)
const stop = AbortSignal.timeout(60_000)
for await (const event of link.events(['lifecycle', 'metadataChange'], { signal: stop })) {
  if (event.kind === 'resync') console.log('list again:', event.why)
  else if (event.kind === 'lifecycle') console.log(event.dom.name, event.event, event.detail)
}
