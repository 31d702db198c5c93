import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the built pages: the one that `FLOE_UI` names, else the one beside the bundle, else, run from source,
 *  where the last build put it. Without any of them the controller serves its API alone. */
export function findUiDir(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const places = [env['FLOE_UI'], join(import.meta.dirname, 'ui'), join(import.meta.dirname, '../../dist/app/ui')]
  return places.find((place) => place !== undefined && existsSync(join(place, 'index.html')))
}
