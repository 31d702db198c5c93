import { client } from '../../data/client.ts'
import type { Vm } from '../../data/resources.ts'
import { heldRows, rowAt, type WindowCache } from '../../data/window-cache.ts'

/** Rows at most that one call answers. */
const most = 500

const queryOf = ({ view: { q, state, host, sort } }: WindowCache) => ({
  sort,
  ...(q === '' ? {} : { q }),
  ...(state === '' ? {} : { state }),
  ...(host === '' ? {} : { host }),
})

/** Every VM of the view, for "select all that match": what is held, or all of it read in pages. */
export const readAllMatching = async (cache: WindowCache): Promise<readonly Vm[]> => {
  const held = heldRows(cache)
  if (cache.total === null || held.length >= cache.total) return held
  const all: Vm[] = []
  for (let after: string | null = ''; after !== null;) {
    const page: Awaited<ReturnType<typeof client.listVms>> = await client.listVms({
      query: { ...queryOf(cache), limit: most, ...(after === '' ? {} : { after }) },
    })
    all.push(...page.items)
    after = page.next
  }
  return all
}

/** The VMs from one row of the view to another, both with it; what is not held is read. */
export const readRange = async (cache: WindowCache, first: number, last: number): Promise<readonly Vm[]> => {
  const held = Array.from({ length: last - first + 1 }, (_, at) => rowAt(cache, first + at))
  if (held.every((vm) => vm !== undefined)) return held
  const rows: Vm[] = []
  for (let from = first; from <= last; from += most) {
    const query = { ...queryOf(cache), from, limit: Math.min(most, last - from + 1) }
    rows.push(...(await client.listVms({ query })).items)
  }
  return rows
}
