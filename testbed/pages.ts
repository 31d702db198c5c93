import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { cacheFolder } from './cache.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
const dayMs = 86_400_000

/** The folder of the product's pages as they are in the source now, built when nobody has built these before. For
 *  `startController({ env: { FLOE_UI: await builtPages() } })`. Several processes may ask at once. */
export async function builtPages(): Promise<string> {
  const cache = cacheFolder('pages')
  const folder = join(cache, await sourcesHash())
  if (existsSync(folder)) return folder
  await removeOld(cache)
  const out = await mkdtemp(join(cache, '.making-'))
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  await run(process.execPath, [vite, 'build', 'src/ui', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    deadlineMs: 180_000,
  })
  await rename(out, folder).catch(() => rm(out, { recursive: true })) // somebody else was faster
  return folder
}

/** Everything the pages are made of: their own source, the client's, and the libraries' versions. */
async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package-lock.json')))
  for (const folder of ['src/ui', 'packages/client/src']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() && !/\.test\.\w+$/.test(entry.name))
    for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
      hash.update(path.slice(root.length)).update(await readFile(path))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/** A folder of yesterday is of sources that are no more; a younger one may be served by another run. */
async function removeOld(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const made = await stat(join(cache, name)).catch(() => undefined)
    if (made && Date.now() - made.mtimeMs > dayMs) await rm(join(cache, name), { recursive: true, force: true })
  }
}
