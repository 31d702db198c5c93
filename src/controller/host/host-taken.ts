import { apiError } from '../../api/index.ts'
import type { FloeError } from '../../base/errors.ts'
import type { HostId } from '../../base/ids.ts'

export type NewHost = { readonly host: HostId; readonly name: string; readonly uri: string }

type Known = { readonly id: HostId; readonly name: string; readonly uri: string }

/** Why a host cannot be added beside those that are known; nothing when it can, or is one of them itself. */
export function takenBy(known: readonly Known[], { host, name, uri }: NewHost): FloeError | undefined {
  const others = known.filter((one) => one.id !== host)
  const there = others.find((one) => one.uri === uri)
  if (there) return apiError('host_taken', { host: uri.slice(0, 200), name: there.name })
  const named = others.find((one) => one.name === name)
  if (named) return apiError('host_name_taken', { name, uri: named.uri.slice(0, 200), added: uri.slice(0, 200) })
  return undefined
}
