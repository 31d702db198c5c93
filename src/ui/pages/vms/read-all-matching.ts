import { client } from '../../data/client.ts'
import type { Vm } from '../../data/resources.ts'
import { heldRows, type WindowCache } from '../../data/window-cache.ts'

const most = 500

/** Every VM of the view, for "select all that match": what is held, or all of it read in pages. */
export const readAllMatching = async (cache: WindowCache): Promise<readonly Vm[]> => {
  const held = heldRows(cache)
  if (cache.total === null || held.length >= cache.total) return held
  const { q, state, host, sort } = cache.view
  const filter = { ...(q === '' ? {} : { q }), ...(state === '' ? {} : { state }), ...(host === '' ? {} : { host }) }
  const all: Vm[] = []
  for (let after: string | null = ''; after !== null;) {
    const page: Awaited<ReturnType<typeof client.listVms>> = await client.listVms({
      query: { ...filter, sort, limit: most, ...(after === '' ? {} : { after }) },
    })
    all.push(...page.items)
    after = page.next
  }
  return all
}
