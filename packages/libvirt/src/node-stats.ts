import type { Api, CallOptions } from './table/calls.ts'

/** A node's memory by libvirt's words (`total`, `free`, `buffers`, `cached`), in KiB. The protocol wants the number of
 *  figures first, so it takes two calls. */
export async function nodeMemory(call: Api, options?: CallOptions): Promise<Record<string, bigint>> {
  const { count } = await call.nodeGetMemoryStats({}, options)
  return toRecord((await call.nodeGetMemoryStats({ count }, options)).stats)
}

/** A node's processor times since its start (`kernel`, `user`, `idle`, `iowait`), in ns over all processors. */
export async function nodeCpuTimes(call: Api, options?: CallOptions): Promise<Record<string, bigint>> {
  const { count } = await call.nodeGetCpuStats({}, options)
  return toRecord((await call.nodeGetCpuStats({ count }, options)).stats)
}

function toRecord(stats: readonly { readonly name: string; readonly value: bigint }[]): Record<string, bigint> {
  return Object.fromEntries(stats.map(({ name, value }) => [name, value]))
}
