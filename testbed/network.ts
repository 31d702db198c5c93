import { existsSync } from 'node:fs'

import { run, tryRun } from './run.ts'
import { scratch, type Scratch } from './scratch.ts'

/** A bridge of this process's own; its hosts reach each other and are reached from here. No address of a real network. */
export type Network = AsyncDisposable & {
  /** This side's address. */
  readonly address: string
  /** Gives the network namespace of `pid` an interface `eth0` with the answered address. */
  join(pid: number): Promise<Port>
}

export type Port = AsyncDisposable & {
  readonly address: string
  /** Takes the cable out or puts it back: what was sent meanwhile is lost, nobody is told. */
  cable(state: 'in' | 'out'): Promise<void>
}

/** Makes a bridge with a subnet that no other run uses. */
export async function startNetwork(): Promise<Network> {
  const folder = await scratch('net')
  const subnet = await claimSubnet(folder)
  const bridge = `floe${subnet}`
  await run('ip', ['address', 'add', `10.78.${subnet}.254/24`, 'dev', bridge])
  await run('ip', ['link', 'set', bridge, 'up'])
  let ports = 0
  return {
    address: `10.78.${subnet}.254`,
    join: (pid) => plug(folder, { bridge, subnet, port: ++ports, pid }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** The bridge's name is the claim: the kernel gives it to one process only. */
async function claimSubnet(folder: Scratch): Promise<number> {
  for (let subnet = 0; subnet < 254; subnet++) {
    const bridge = `floe${subnet}`
    if (existsSync(`/sys/class/net/${bridge}`)) continue
    const { code } = await tryRun('ip', ['link', 'add', bridge, 'type', 'bridge'])
    if (code !== 0) continue
    folder.note({ kind: 'link', name: bridge })
    return subnet
  }
  throw new Error('No bridge could be made: the test bed needs root and free names among floe0 … floe253.')
}

async function plug(folder: Scratch, at: { bridge: string; subnet: number; port: number; pid: number }): Promise<Port> {
  const { bridge, subnet, port, pid } = at
  const name = `${bridge}p${port}`
  const address = `10.78.${subnet}.${port}`
  folder.note({ kind: 'link', name })
  await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await run('ip', ['link', 'set', name, 'master', bridge, 'up'])
  const inside = (...args: string[]) => run('nsenter', ['--target', String(pid), '--net', 'ip', ...args])
  await inside('address', 'add', `${address}/24`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
  return {
    address,
    cable: async (state) => void (await run('ip', ['link', 'set', name, state === 'in' ? 'up' : 'down'])),
    // The host's end may have gone with its namespace, and this end with it.
    [Symbol.asyncDispose]: async () => void (await tryRun('ip', ['link', 'delete', name])),
  }
}
