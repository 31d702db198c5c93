import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

import {
  LibvirtError,
  type Api,
  type CallOptions,
  type Connection,
  type LibvirtStream,
  type Pool,
  type Vol,
} from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { formatBytes, type Milliseconds } from '../../base/units.ts'
import { parsePool, toVolumeXml } from '../../domain/index.ts'
import { headerBytes, parseImageHeader, type ImageHeader } from '../../images/header.ts'
import { sharedSource } from './shared-kinds.ts'

const unless = <T>(asked: Promise<T>, ...codes: string[]): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof LibvirtError && codes.includes(error.code)) return undefined
    throw error
  })

/** A pool by name; nothing where there is none. */
export const findPool = async (call: Api, name: string, options?: CallOptions): Promise<Pool | undefined> =>
  (await unless(call.storagePoolLookupByName({ name }, options), 'NO_STORAGE_POOL'))?.pool

/** Where the bytes of a shared pool are; nothing for a pool of the host's own, or none. */
export async function readSharedSource(call: Api, name: string, options?: CallOptions): Promise<string | undefined> {
  const pool = await findPool(call, name, options)
  return pool && sharedSource(parsePool((await call.storagePoolGetXmlDesc({ pool }, options)).xml))
}

/** A volume by its pool's and its own name; nothing where either is missing. */
export async function findVolume(
  call: Api,
  poolName: string,
  name: string,
  options?: CallOptions,
): Promise<Vol | undefined> {
  const pool = await findPool(call, poolName, options)
  return pool && (await unless(call.storageVolLookupByName({ pool, name }, options), 'NO_STORAGE_VOL'))?.vol
}

/** Makes an empty volume. Throws `pool_full` where the pool cannot hold what it takes at once. */
export async function createVolume(
  call: Api,
  poolName: string,
  spec: {
    readonly name: string
    readonly format: 'qcow2' | 'raw'
    readonly capacityBytes: number
    readonly permissions?: { readonly mode: string }
  },
): Promise<Vol> {
  const pool = await findPool(call, poolName)
  if (pool === undefined)
    throw apiError('host_refused', { host: 'The host', why: `its pool ${poolName} is gone; add the host again` })
  try {
    return (await call.storageVolCreateXml({ pool, xml: toVolumeXml(spec) }, { deadlineMs: 120_000 })).vol
  } catch (error) {
    if (error instanceof LibvirtError && /no space left/i.test(error.message)) {
      const { available } = await call.storagePoolGetInfo({ pool })
      throw apiError(
        'pool_full',
        { pool: poolName, free: formatBytes(Number(available)), needed: formatBytes(spec.capacityBytes) },
        error,
      )
    }
    throw error
  }
}

/** Deletes a volume; nothing happens where there is none. */
export async function deleteVolume(call: Api, pool: string, name: string): Promise<void> {
  const vol = await findVolume(call, pool, name)
  if (vol) await unless(call.storageVolDelete({ vol }, { deadlineMs: 120_000 }), 'NO_STORAGE_VOL')
}

/** Writes a local file into a volume. */
export async function uploadFile(connection: Connection, vol: Vol, path: string, signal: AbortSignal): Promise<void> {
  const { size } = await stat(path)
  const stream = await connection.volumeUpload(vol, { length: BigInt(size), signal })
  await pipeline(createReadStream(path), stream, { signal })
  await stream.finished
}

/** Reads the header of an image without trust: its first bytes, as they are. Rejects with a TimeoutError after
 *  `deadlineMs`: opening a stream has a deadline of its own, its bytes have none. */
export async function readImageHeader(
  connection: Connection,
  vol: Vol,
  { signal, deadlineMs }: { readonly signal: AbortSignal; readonly deadlineMs: Milliseconds },
): Promise<ImageHeader> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  const stream = await connection.volumeDownload(vol, { length: BigInt(headerBytes), deadlineMs, signal: until })
  return parseImageHeader(await readWhole(stream, headerBytes))
}

/** All bytes of a small stream, which ends with the signal it was opened with. Rejects with a RangeError beyond `most`
 *  bytes; leaving the loop closes the stream. */
export async function readWhole(stream: LibvirtStream, most: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of stream) {
    length += (part as Buffer).length
    if (length > most) throw new RangeError(`There are more than ${most} bytes.`)
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts)
}
