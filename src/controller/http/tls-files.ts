import { X509Certificate } from 'node:crypto'
import { watch, type FSWatcher } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { dirname } from 'node:path'
import { createSecureContext } from 'node:tls'

import { messageOf } from '../../base/errors.ts'
import { httpError } from './http-errors.ts'

export type TlsPaths = { readonly cert: string; readonly key: string }
export type TlsPair = { readonly cert: string; readonly key: string }

/** Reads a certificate with its key and proves that they fit. Throws `certificate_wrong`. */
export async function readTlsPair(paths: TlsPaths): Promise<TlsPair> {
  try {
    const [cert, key] = await Promise.all([readFile(paths.cert, 'utf8'), readFile(paths.key, 'utf8')])
    createSecureContext({ cert, key })
    return { cert, key }
  } catch (error) {
    throw httpError('certificate_wrong', { ...paths, why: messageOf(error) }, error)
  }
}

/** Tells which names and addresses a certificate is for, wildcards included. */
export function namesOf({ cert }: TlsPair): (name: string) => boolean {
  const certificate = new X509Certificate(cert)
  return (name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
}

/** Calls `renewed` with the new pair each time the files have become another pair that fits; open connections keep
 *  theirs. A half-written pair is waited for, and `failed` hears of it. */
export function watchTlsPair(
  paths: TlsPaths,
  present: TlsPair,
  { renewed, failed }: { renewed: (pair: TlsPair) => void; failed: (error: unknown) => void },
): Disposable {
  let current = present
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const look = async (): Promise<void> => {
    try {
      const pair = await readTlsPair(paths)
      if (ended || (pair.cert === current.cert && pair.key === current.key)) return
      current = pair
      renewed(pair)
    } catch (error) {
      if (!ended) failed(error)
    }
  }
  // The folder and not the file: a renewal puts a new file into its place. Two files change, so wait for the second.
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), 300)
  }
  const folders = new Set([dirname(paths.cert), dirname(paths.key)])
  const watchers: FSWatcher[] = [...folders].map((folder) => watch(folder, { persistent: false }, soon))
  for (const watcher of watchers) watcher.on('error', failed)
  return {
    [Symbol.dispose]: () => {
      ended = true
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
