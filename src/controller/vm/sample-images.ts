import { LibvirtError, type Api, type Vol } from '@floe/libvirt'

import { parseVolume } from '../../domain/index.ts'
import type { SampleArch } from '../../setup/sample/index.ts'
import type { HostLink } from '../host/host-link.ts'
import { createVolume, findVolume, uploadFile } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { archOf, isWhole, noteWhole } from './offer-store.ts'
import type { SampleFile } from './sample-files.ts'

/** Paths on the host. */
export type SampleImages = { readonly kernel: string; readonly initrd: string; readonly arch: SampleArch }

/** Puts the sample's kernel and initrd into Floe's pool on a host, once: their names carry the hash of what they hold,
 *  and the database notes when one was whole and last written, because a volume that is half written, or was written by
 *  somebody else since, looks like one that is. */
export async function ensureSampleImages(world: World, link: HostLink, signal: AbortSignal): Promise<SampleImages> {
  const [kernel, initrd] = await Promise.all([
    ensure(world, link, 'vmlinuz', signal),
    ensure(world, link, 'initrd.img', signal),
  ])
  return { kernel, initrd, arch: (await archOf(world.db, link.id)) === 'aarch64' ? 'arm64' : 'amd64' }
}

async function ensure(world: World, link: HostLink, file: SampleFile, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const { hash, size } = await world.sample.fingerprint(file)
  const name = `floe-sample-${hash}-${file}`
  const key = `sample ${link.id} ${world.ownPool.name} ${name}`
  const there = await findVolume(link.call, world.ownPool.name, name)
  if (there && (await isWhole(world.db, key, await lastWritten(link.call, there))))
    return (await link.call.storageVolGetPath({ vol: there })).path

  const spec = { name, format: 'raw', capacityBytes: size, permissions: { mode: '0644' } } as const
  const vol = there ?? (await createVolume(link.call, world.ownPool.name, spec).catch(unlessMade))
  if (vol === undefined) return ensure(world, link, file, signal)
  await uploadFile(await link.link.up(signal), vol, world.sample.path(file), signal)
  await noteWhole(world.db, key, await lastWritten(link.call, vol))
  await link.refreshStorage()
  return (await link.call.storageVolGetPath({ vol })).path
}

/** By the host's clock, in libvirt's words; null where the host does not tell. */
const lastWritten = async (call: Api, vol: Vol): Promise<string | null> =>
  parseVolume((await call.storageVolGetXmlDesc({ vol })).xml).modified ?? null

// Another task brings the sample at this moment: the same bytes under the same name.
const unlessMade = (error: unknown): undefined => {
  if (error instanceof LibvirtError && error.code === 'STORAGE_VOL_EXIST') return undefined
  throw error
}
