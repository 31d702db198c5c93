import { open } from 'node:fs/promises'

import { dial, type Target, type Vol } from '@floe/libvirt'

/** Copies a volume into a file here; its holes are not sent, and stay holes. */
export async function fetchVolume(target: Target, vol: Vol, path: string): Promise<void> {
  await using connection = await dial(target)
  await using file = await open(path, 'w')
  let at = 0
  // Bytes and holes in their order, on a connection of their own.
  for await (const item of await connection.volumeDownload(vol, { sparse: true })) {
    if ('hole' in item) at += Number(item.hole)
    else at += (await file.write(item, 0, item.length, at)).bytesWritten
  }
  await file.truncate(at)
}
