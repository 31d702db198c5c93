import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { dbError } from './db-errors.ts'

/** The folder with initdb, pg_ctl and postgres: the newest under Debian's /usr/lib/postgresql, else on the PATH. */
export function findPostgres(path: string = process.env['PATH'] ?? ''): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [...versions.map((version) => join(debian, version, 'bin')), ...path.split(':').filter(Boolean)]
  const found = places.find((place) => existsSync(join(place, 'initdb')))
  if (found === undefined) throw dbError('no_postgres', { places: `${debian} and the PATH` })
  return found
}
