import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react'

import { useLive, useNow } from '../../data/live-context.ts'
import { useWhyNot } from '../../data/may.ts'
import { countsQuery } from '../../data/queries.ts'
import type { Vm } from '../../data/resources.ts'
import { heldRows, rowAt as rowOf } from '../../data/window-cache.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Page, Refusal, Wait } from '../../parts/page.tsx'
import { VirtualTable } from '../../parts/virtual-table.tsx'
import { VmMenu } from '../../parts/vm-menu.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { shownColumns } from './columns.tsx'
import { CountsLine } from './counts-line.tsx'
import { FilterBar } from './filter-bar.tsx'
import { readListSearch, viewOf, type ListSearch } from './list-search.ts'
import { NoVms } from './no-vms.tsx'
import { readAllMatching, readRange } from './read-rows.ts'
import { useSelection } from './selection.ts'

const route = getRouteApi('/inside/shell/vms')

/** Which VMs are there, and how are they? The address is the view. */
export const VmsPage = (): ReactElement => {
  const search = route.useSearch()
  const navigate = useNavigate()
  const { windows } = useLive()
  const { cache, frozen, error } = useSyncExternalStore(windows.subscribe, windows.snapshot)
  const counts = useQuery(countsQuery)
  const now = useNow()
  const whyNot = useWhyNot()
  const [here, setHere] = useState(-1)
  const { q, state, host, sort } = viewOf(search)
  useEffect(() => {
    windows.show({ q, state, host, sort })
    setHere(-1)
  }, [windows, q, state, host, sort])
  useEffect(() => () => windows.freeze(false), [windows])

  const rowAt = useCallback((index: number) => rowOf(cache, index), [cache])
  const [refused, setRefused] = useState<unknown>(null)
  const range = useCallback(
    (first: number, last: number) =>
      readRange(cache, first, last).catch((error: unknown): readonly Vm[] => {
        setRefused(error)
        return []
      }),
    [cache],
  )
  const selection = useSelection(rowAt, range)
  // Rows change while they are chosen; actions see them as they are now.
  const chosen = useMemo(() => {
    const held = new Map(heldRows(cache).map((vm) => [vm.id, vm]))
    return [...selection.chosen.values()].map((vm) => held.get(vm.id) ?? vm)
  }, [selection.chosen, cache])
  const onLook = useCallback((first: number, last: number) => windows.look(first, last), [windows])

  const goTo = (change: ListSearch): void =>
    void navigate({ to: '/vms', search: readListSearch({ ...search, ...change }), replace: true })
  const open = (vm: Vm): void => void navigate({ to: '/vms/$vm', params: { vm: vm.name } })
  const columns = useMemo(() => shownColumns(search.cols), [search.cols])
  const total = cache.total ?? 0
  const filtered = q !== '' || state !== '' || host !== ''

  return (
    <Page
      title="Virtual machines"
      fixed
      head={<CountsLine byState={counts.data?.byState} state={state} onState={(next) => goTo({ state: next })} />}
      actions={
        <>
          {whyNot('create') === undefined ? (
            <ButtonLink look="primary" icon="plus" to="/vms/new">
              Create VM
            </ButtonLink>
          ) : (
            <Button look="primary" icon="plus" whyNot={whyNot('create')}>
              Create VM
            </Button>
          )}
        </>
      }
    >
      <FilterBar search={search} onChange={goTo} shown={cache.total} />
      {frozen && cache.moved.size > 0 ? (
        <div className="moved" role="status">
          {cache.moved.size} {cache.moved.size === 1 ? 'row' : 'rows'} would move.
          <Button look="link" small onPress={() => windows.sortNow()}>
            Sort now
          </Button>
        </div>
      ) : null}
      {error === null ? null : <Refusal error={error} onAgain={() => windows.sortNow()} />}
      {refused === null ? null : <Refusal error={refused} />}
      {cache.total === null && error === null ? <Wait what="Reading the VMs" /> : null}
      {cache.total === 0 ? (
        <NoVms filtered={filtered} search={search} onClear={() => goTo({ q: '', state: '', host: '' })} />
      ) : null}
      {total > 0 ? (
        <VirtualTable
          label="Virtual machines"
          columns={columns}
          total={total}
          rowAt={rowAt}
          view={JSON.stringify(cache.view)}
          keyOf={(vm) => vm.id}
          now={now}
          sort={sort}
          onSort={(next) =>
            goTo(readListSearch({ sort: next }).sort === undefined ? { sort: 'name' } : readListSearch({ sort: next }))
          }
          selected={(vm) => selection.chosen.has(vm.id)}
          allSelected={selection.chosen.size === 0 ? false : selection.chosen.size >= total ? true : 'some'}
          onSelect={(index, how) => (how === 'toggle' ? selection.toggle(index) : selection.extend(index))}
          onSelectAll={(on) => (on ? void readAllMatching(cache).then(selection.set, setRefused) : selection.clear())}
          here={here}
          onHere={setHere}
          onOpen={open}
          onLook={onLook}
          onPointer={(over) => windows.freeze(over)}
          onEscape={selection.clear}
          menu={(vm) => <VmMenu vm={vm} />}
          gone={(vm) => vm.state === 'undefined'}
        />
      ) : null}
      <BulkBar vms={chosen} onClear={selection.clear} />
    </Page>
  )
}
