import { randomUUID } from 'node:crypto'

import type { Net, Pool, Vol } from '@floe/libvirt'
import { Refusal, type FakeHandlers, type FakeStream } from '@floe/libvirt/testing'
import { parse } from '@floe/xml'

type Volume = { readonly vol: Vol; readonly path: string; readonly format: string; capacity: bigint; bytes: Buffer }
type FakePool = {
  readonly pool: Pool
  readonly xml: string
  readonly path: string
  active: boolean
  autostart: boolean
  readonly volumes: Map<string, Volume>
}

/** Pools and volumes of a fake host. */
export type FakeStorage = {
  /** Names of the volumes of a pool. */
  volumes(pool: string): readonly string[]
  /** Makes a volume as somebody else would. */
  addVolume(pool: string, name: string, bytes?: Buffer, format?: string): void
  removeVolume(pool: string, name: string): void
  readonly handlers: FakeHandlers
}

export function fakeStorage(): FakeStorage {
  const pools = new Map<string, FakePool>()
  const poolOf = ({ name }: { readonly name: string }): FakePool => {
    const found = pools.get(name)
    if (found === undefined)
      throw new Refusal('NO_STORAGE_POOL', `Storage pool not found: no pool '${name}'`, 'STORAGE')
    return found
  }
  const volumeOf = ({ pool, name }: { readonly pool: string; readonly name: string }): Volume => {
    const found = poolOf({ name: pool }).volumes.get(name)
    if (found === undefined) throw new Refusal('NO_STORAGE_VOL', `Storage volume not found: no '${name}'`, 'STORAGE')
    return found
  }
  const add = (pool: FakePool, name: string, o: { format: string; capacity: bigint; bytes?: Buffer }): Volume => {
    if (pool.volumes.has(name))
      throw new Refusal('STORAGE_VOL_EXIST', `storage volume '${name}' exists already`, 'STORAGE')
    const path = `${pool.path}/${name}`
    const volume = { vol: { pool: pool.pool.name, name, key: path }, path, bytes: Buffer.alloc(0), ...o }
    pool.volumes.set(name, volume)
    return volume
  }

  const handlers: FakeHandlers = {
    connectListAllStoragePools: () => ({ pools: [...pools.values()].map((one) => one.pool) }),
    storagePoolLookupByName: ({ name }) => ({ pool: poolOf({ name }).pool }),
    storagePoolGetXmlDesc: ({ pool }) => ({ xml: poolOf(pool).xml }),
    storagePoolGetInfo: ({ pool }) => ({
      state: poolOf(pool).active ? 'running' : 'inactive',
      capacity: 1n << 40n,
      allocation: 0n,
      available: 1n << 40n,
    }),
    storagePoolGetAutostart: ({ pool }) => ({ autostart: poolOf(pool).autostart }),
    storagePoolSetAutostart: ({ pool, autostart }) => {
      poolOf(pool).autostart = autostart
      return {}
    },
    storagePoolIsActive: ({ pool }) => ({ active: poolOf(pool).active }),
    storagePoolDefineXml: ({ xml }) => {
      const { root } = parse(xml)
      const name = root.child('name')!.text()
      const pool = pools.get(name)?.pool ?? { name, uuid: randomUUID() }
      const path = root.child('target')!.child('path')!.text()
      pools.set(name, {
        pool,
        xml,
        path,
        active: false,
        autostart: false,
        volumes: pools.get(name)?.volumes ?? new Map(),
      })
      return { pool }
    },
    storagePoolBuild: ({ pool }) => {
      poolOf(pool)
      return {}
    },
    storagePoolCreate: ({ pool }) => {
      const found = poolOf(pool)
      if (found.active) throw new Refusal('OPERATION_INVALID', `pool '${pool.name}' is already active`, 'STORAGE')
      found.active = true
      return {}
    },
    storagePoolListAllVolumes: ({ pool }) => ({ volumes: [...poolOf(pool).volumes.values()].map((one) => one.vol) }),
    storageVolLookupByName: ({ pool, name }) => ({ vol: volumeOf({ pool: pool.name, name }).vol }),
    storageVolGetPath: ({ vol }) => ({ path: volumeOf(vol).path }),
    storageVolGetXmlDesc: ({ vol }) => {
      const { path, format, capacity } = volumeOf(vol)
      return {
        xml: `<volume type='file'><name>${vol.name}</name><key>${path}</key><capacity unit='bytes'>${capacity}</capacity><allocation unit='bytes'>0</allocation><target><path>${path}</path><format type='${format}'/></target></volume>`,
      }
    },
    storageVolCreateXml: ({ pool, xml }) => {
      const { root } = parse(xml)
      const format = root.child('target')?.child('format')?.attr('type') ?? 'raw'
      const capacity = BigInt(root.child('capacity')!.text())
      return { vol: add(poolOf(pool), root.child('name')!.text(), { format, capacity }).vol }
    },
    storageVolDelete: ({ vol }) => {
      poolOf({ name: volumeOf(vol).vol.pool }).volumes.delete(vol.name)
      return {}
    },
    storageVolUpload: ({ vol }, _session, stream) => {
      const volume = volumeOf(vol)
      void keep(stream, volume)
      return {}
    },
    storageVolDownload: ({ vol, length }, _session, stream) => {
      const { bytes } = volumeOf(vol)
      // After the reply, as a daemon does.
      setImmediate(() => {
        if (bytes.length > 0) stream.write(bytes.subarray(0, Number(length)))
        stream.eof()
      })
      return {}
    },
  }
  return {
    handlers,
    removeVolume: (pool, name) => void poolOf({ name: pool }).volumes.delete(name),
    volumes: (pool) => [...(pools.get(pool)?.volumes.keys() ?? [])],
    addVolume: (pool, name, bytes = Buffer.alloc(4096), format = 'raw') =>
      void add(poolOf({ name: pool }), name, { format, capacity: BigInt(bytes.length), bytes }),
  }
}

async function keep(stream: FakeStream, volume: Volume): Promise<void> {
  if ((await stream.ended) === 'ok') volume.bytes = Buffer.concat(stream.received)
}

/** Two networks: `lab` is on, `off` is off. */
export function fakeNetworks(): { readonly handlers: FakeHandlers; assertOn(domainXml: string): void } {
  const networks: readonly (Net & { readonly active: boolean })[] = [
    { name: 'lab', uuid: randomUUID(), active: true },
    { name: 'off', uuid: randomUUID(), active: false },
  ]
  const of = (net: Net) => networks.find((one) => one.uuid === net.uuid)!
  return {
    assertOn(domainXml) {
      const off = networks.find((one) => !one.active && domainXml.includes(`network="${one.name}"`))
      if (off)
        throw new Refusal('OPERATION_INVALID', `Requested operation is not valid: network '${off.name}' is not active`)
    },
    handlers: {
      connectListAllNetworks: () => ({ networks }),
      networkGetXmlDesc: ({ net }) => ({
        xml: `<network><name>${net.name}</name><uuid>${net.uuid}</uuid><bridge name='b-${net.name}'/></network>`,
      }),
      networkIsActive: ({ net }) => ({ active: of(net).active }),
      networkIsPersistent: () => ({ persistent: true }),
      networkGetAutostart: ({ net }) => ({ autostart: of(net).active }),
    },
  }
}
