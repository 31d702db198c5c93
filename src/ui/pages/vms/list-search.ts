import type { VmView } from '../../data/window-cache.ts'

/** What the address of the VM list says; defaults are left out of it. */
export type ListSearch = { q?: string; state?: string; host?: string; sort?: VmView['sort']; cols?: string }

const sorts: readonly string[] = ['name', 'state', 'memory', 'vcpus', 'created'].flatMap((key) => [key, `-${key}`])

export const readListSearch = (search: Record<string, unknown>): ListSearch => {
  const read: ListSearch = {}
  if (typeof search.q === 'string' && search.q !== '') read.q = search.q.slice(0, 200)
  if (typeof search.state === 'string' && search.state !== '') read.state = search.state
  if (typeof search.host === 'string' && search.host !== '') read.host = search.host
  if (typeof search.cols === 'string') read.cols = search.cols
  if (typeof search.sort === 'string' && sorts.includes(search.sort) && search.sort !== 'name')
    read.sort = search.sort as VmView['sort']
  return read
}

export const viewOf = (search: ListSearch): VmView => ({
  q: search.q ?? '',
  state: search.state ?? '',
  host: search.host ?? '',
  sort: search.sort ?? 'name',
})

/** Takes `state:running host:hv1` out of what was typed; the rest is part of a name or tag. */
export const readFilter = (typed: string): { q: string; state?: string; host?: string } => {
  const words: string[] = []
  const found: { state?: string; host?: string } = {}
  for (const word of typed.trim().split(/\s+/)) {
    const [, key, value] = /^(state|host):(\S+)$/.exec(word) ?? []
    if (key === 'state' && value !== undefined) found.state = value
    else if (key === 'host' && value !== undefined) found.host = value
    else if (word !== '') words.push(word)
  }
  return { q: words.join(' '), ...found }
}
