import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { places } from './config.ts'
import { owning, type ProductUser } from './product-user.ts'

/** The program as the product's user runs it. */
export type App = { readonly node: string; readonly program: string }

/** Copies the bundle that is running now, and its Node, below the data folder: the clone may lie where the product's
 *  user cannot go, and a new build must not disturb the Floe that runs. Does nothing where they are there. */
export function copyApp(data: string, user: ProductUser): App {
  const bundle = dirname(process.argv[1]!)
  const stamp = readFileSync(join(bundle, 'stamp'), 'utf8').trim()
  const { app } = places(data)
  const folder = join(app, stamp || 'unstamped')
  const node = join(app, `node-${process.versions.node}`)
  const program = join(folder, 'floe.mjs')
  // Read with our own rights (the clone may be root's alone), written with the user's.
  if (!existsSync(node)) {
    const binary = readFileSync(process.execPath)
    owning(user, () => {
      mkdirSync(app, { recursive: true, mode: 0o755 })
      writeFileSync(`${node}.new`, binary, { mode: 0o755 })
      chmodSync(`${node}.new`, 0o755)
      renameSync(`${node}.new`, node)
    })
  }
  if (!existsSync(program) || stamp === '') copyBundle(bundle, folder, user)
  return { node, program }
}

function copyBundle(bundle: string, folder: string, user: ProductUser): void {
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const contents = files.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path: path.slice(bundle.length + 1), data: readFileSync(path) }
  })
  owning(user, () => {
    const fresh = `${folder}.new`
    rmSync(fresh, { recursive: true, force: true })
    for (const { path, data } of contents) {
      mkdirSync(dirname(join(fresh, path)), { recursive: true, mode: 0o755 })
      writeFileSync(join(fresh, path), data, { mode: 0o644 })
    }
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  })
}

/** Removes the programs of earlier builds; called when nothing runs from them any more. */
export function removeOldApps(data: string, current: App, user: ProductUser): void {
  const { app } = places(data)
  const kept = new Set([current.node, dirname(current.program)])
  owning(user, () => {
    for (const name of readdirSync(app))
      if (!kept.has(join(app, name))) rmSync(join(app, name), { recursive: true, force: true })
  })
}
