import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { apiError } from '../../api/index.ts'
import { json } from '../../db/json.ts'
import type { SampleArch } from '../../setup/sample/index.ts'
import type { HostLink } from '../host/host-link.ts'
import { createVolume, findVolume, uploadFile } from '../pool/volumes.ts'
import type { World } from '../world.ts'

/** Paths on the host. */
export type SampleImages = { readonly kernel: string; readonly initrd: string; readonly arch: SampleArch }

/** Puts the sample's kernel and initrd into Floe's pool on a host, once: their names carry the hash of what they hold,
 *  and the database notes when one is whole, because a volume that is half written looks like one that is. */
export async function ensureSampleImages(world: World, link: HostLink, signal: AbortSignal): Promise<SampleImages> {
  const kernel = await ensure(world, link, 'vmlinuz', signal)
  const initrd = await ensure(world, link, 'initrd.img', signal)
  await link.refreshStorage()
  const { facts } = await world.db
    .selectFrom('host')
    .select('facts')
    .where('id', '=', link.id)
    .executeTakeFirstOrThrow()
  return { kernel, initrd, arch: facts['arch'] === 'aarch64' ? 'arm64' : 'amd64' }
}

async function ensure(
  world: World,
  link: HostLink,
  file: 'vmlinuz' | 'initrd.img',
  signal: AbortSignal,
): Promise<string> {
  const path = join(world.sampleDir, file)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw apiError('no_sample', {}, error)
  })
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const name = `floe-sample-${hash}-${file}`
  const key = `sample ${link.id} ${world.ownPool.name} ${name}`
  const there = await findVolume(link.call, world.ownPool.name, name)
  const whole = await world.db.selectFrom('setting').select('key').where('key', '=', key).executeTakeFirst()
  if (there && whole) return (await link.call.storageVolGetPath({ vol: there })).path

  const { size } = await stat(path)
  const vol =
    there ??
    (await createVolume(link.call, world.ownPool.name, {
      name,
      format: 'raw',
      capacityBytes: size,
      permissions: { mode: '0644' },
    }))
  const connection = await link.link.up(signal)
  await uploadFile(connection, vol, path, signal)
  await world.db
    .insertInto('setting')
    .values({ key, value: json(true) })
    .onConflict((oc) => oc.doNothing())
    .execute()
  return (await link.call.storageVolGetPath({ vol })).path
}
