import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useNow } from '../../data/live-context.ts'
import { changesQuery } from '../../data/queries.ts'
import { ChangeList } from '../../parts/change-list.tsx'
import { More } from '../../parts/more.tsx'
import { Answer, Card, Empty, Page } from '../../parts/page.tsx'

const route = getRouteApi('/inside/shell/changes')

const authors = [
  [undefined, 'Everybody'],
  ['user', 'People'],
  ['outside', 'Outside Floe'],
  ['floe', 'Floe itself'],
] as const

/** What happened, in the order it happened: history and audit in one. */
export const ChangesPage = (): ReactElement => {
  const { author } = route.useSearch()
  const now = useNow()
  const changes = useInfiniteQuery(changesQuery(author === undefined ? {} : { author }))
  return (
    <Page
      title="Changes"
      head={
        <nav className="switcher" aria-label="By whom">
          {authors.map(([id, text]) => (
            <Link
              key={text}
              to="/changes"
              search={id === undefined ? {} : { author: id }}
              activeOptions={{ exact: true, includeSearch: true }}
            >
              {text}
            </Link>
          ))}
        </nav>
      }
    >
      <Answer of={changes} what="Reading the changes">
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items)
          if (rows.length === 0)
            return (
              <Empty title="Nothing of that kind yet" icon="changes">
                Whatever is done here, with the command line or with virsh is recorded with its author.
              </Empty>
            )
          return (
            <Card bare>
              <ChangeList changes={rows} now={now} withObject />
              <More of={changes} />
            </Card>
          )
        }}
      </Answer>
    </Page>
  )
}
