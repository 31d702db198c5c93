import { keepConnected, type Target } from '@floe/libvirt'

/** Prints what happens on a host, for as long as `signal` lets it, whatever happens to the connection. */
export async function follow(target: Target, signal: AbortSignal): Promise<void> {
  // A link comes back by itself. After each gap a resync says: list again.
  await using link = keepConnected(target)
  for await (const event of link.events(['lifecycle', 'jobCompleted', 'poolRefresh'], { signal })) {
    if (event.kind === 'resync') console.log('list again:', event.why)
    else if (event.kind === 'lifecycle') console.log(event.dom.name, event.event, event.detail)
    else if (event.kind === 'jobCompleted') console.log(event.dom.name, 'has finished a job')
    else console.log(event.pool.name, 'was read again')
  }
}
