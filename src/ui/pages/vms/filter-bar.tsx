import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactElement } from 'react'

import { hostsQuery } from '../../data/queries.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Menu } from '../../parts/menu.tsx'
import { useHotkeys } from '../../shell/hotkeys.ts'
import { colsText, shownColumns, vmColumns } from './columns.tsx'
import { readFilter, type ListSearch } from './list-search.ts'

const states = [
  ['', 'Any'],
  ['running', 'Running'],
  ['shutoff', 'Off'],
  ['paused', 'Paused'],
  ['crashed', 'Crashed'],
  ['unknown', 'Unknown'],
] as const

/** Pause after the last letter before the list is asked anew. */
const typingPauseMs = 180

export const FilterBar = (props: {
  readonly search: ListSearch
  readonly shown: number | null
  readonly onChange: (change: ListSearch) => void
}): ReactElement => {
  const { search, onChange } = props
  const hosts = useQuery(hostsQuery)
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [typed, setTyped] = useState(search.q ?? '')
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(search.q ?? '')
  }, [search.q])
  useEffect(() => () => clearTimeout(timer.current), [])
  useHotkeys({ '/': () => field.current?.focus() })

  const type = (text: string): void => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onChange(readFilter(text)), typingPauseMs)
  }
  const shown = shownColumns(search.cols).map((column) => column.id)
  const filtered = search.q !== undefined || search.state !== undefined || search.host !== undefined
  return (
    <div className="tools">
      <div className="filter">
        <Icon name="search" size={14} />
        <input
          ref={field}
          value={typed}
          placeholder="Name or tag, state:running host:hv1"
          aria-label="Filter by name or tag"
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              type('')
              field.current?.blur()
            } else if (event.key === 'Enter') document.querySelector<HTMLElement>('[role="grid"]')?.focus()
          }}
        />
        <kbd>/</kbd>
      </div>
      <Menu
        label="State"
        face={
          search.state === undefined
            ? 'State'
            : `State: ${states.find(([id]) => id === search.state)?.[1] ?? search.state}`
        }
        entries={states.map(([id, text]) => ({
          id,
          text,
          checked: (search.state ?? '') === id,
          onPress: () => onChange({ state: id }),
        }))}
      />
      {(hosts.data?.items.length ?? 0) > 1 || search.host !== undefined ? (
        <Menu
          label="Host"
          face={search.host === undefined ? 'Host' : `Host: ${search.host}`}
          entries={['', ...(hosts.data?.items.map((host) => host.name) ?? [])].map((name) => ({
            id: name,
            text: name === '' ? 'Any' : name,
            checked: (search.host ?? '') === name,
            onPress: () => onChange({ host: name }),
          }))}
        />
      ) : null}
      {filtered ? (
        <>
          <span className="quiet" role="status">
            {props.shown === null ? '' : `${props.shown.toLocaleString('en')} match`}
          </span>
          <Button
            look="link"
            small
            onPress={() => {
              setTyped('')
              onChange({ q: '', state: '', host: '' })
            }}
          >
            Clear
          </Button>
        </>
      ) : null}
      <span className="end">
        <Menu
          label="Columns"
          face={
            <span className="buttons">
              <Icon name="columns" size={14} /> Columns
            </span>
          }
          entries={vmColumns
            .filter((column) => column.id !== 'name')
            .map((column) => {
              const on = shown.includes(column.id)
              const next = on ? shown.filter((id) => id !== column.id) : [...shown, column.id]
              return {
                id: column.id,
                text: column.name,
                checked: on,
                onPress: () => onChange({ cols: colsText(next) ?? '*' }),
              }
            })}
        />
      </span>
    </div>
  )
}
