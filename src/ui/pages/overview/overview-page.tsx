import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useNow } from '../../data/live-context.ts'
import { changesQuery, hostsQuery, openTasksQuery, overviewQuery, poolsQuery } from '../../data/queries.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Bar } from '../../parts/bar.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { ChangeList } from '../../parts/change-list.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Answer, Card, Page } from '../../parts/page.tsx'
import { shareOf, stepWords } from '../../parts/task-words.ts'
import { HostTable } from '../hosts/host-table.tsx'
import { PoolTable } from '../storage/pool-table.tsx'
import { Found } from './found.tsx'
import { Needs } from './needs.tsx'
import { Totals } from './totals.tsx'

const justChanged = 14
/** Read, so that enough is left when the steps of tasks are taken out. */
const readChanges = 100

const route = getRouteApi('/inside/shell/')

/** What is wrong? */
export const OverviewPage = (): ReactElement => {
  const { found } = route.useSearch()
  const navigate = useNavigate()
  const now = useNow()
  const overview = useQuery(overviewQuery)
  const hosts = useQuery(hostsQuery)
  const pools = useQuery(poolsQuery)
  const tasks = useQuery(openTasksQuery)
  const changes = useInfiniteQuery(changesQuery({}, readChanges))
  const today = new Date(now).toLocaleString('en-GB', { weekday: 'long', hour: '2-digit', minute: '2-digit' })
  return (
    <Page
      title="Overview"
      head={<span className="quiet">{today}</span>}
      actions={
        <ButtonLink icon="plus" to="/vms/new">
          Create VM
        </ButtonLink>
      }
    >
      <div className="columns is-overview">
        <div className="stack">
          {found === true ? <Found onClose={() => void navigate({ to: '/', search: {}, replace: true })} /> : null}
          <Answer of={overview} what="Looking around">
            {(data) => (
              <>
                <Needs needs={data.needs} now={now} />
                <Totals overview={data} />
              </>
            )}
          </Answer>
          <Card title="Hosts" bare>
            <Answer of={hosts} what="Reading the hosts">
              {(page) => <HostTable short hosts={page.items} />}
            </Answer>
          </Card>
          <Card title="Storage" bare>
            <Answer of={pools} what="Reading the pools">
              {(page) => <PoolTable short pools={page.items} />}
            </Answer>
          </Card>
        </div>
        <div className="stack">
          <Card
            title={
              <>
                Going on{' '}
                {tasks.data === undefined || tasks.data.total === 0 ? null : (
                  <span className="quiet">{tasks.data.total}</span>
                )}
              </>
            }
            ruled
            bare
            end={<Link to="/tasks">All tasks</Link>}
          >
            <Answer of={tasks} what="Reading the tasks">
              {(page) =>
                page.items.length === 0 ? (
                  <p className="card__body quiet calm">Nothing is under way.</p>
                ) : (
                  <ul className="rows is-ruled">
                    {page.items.slice(0, 6).map((task) => (
                      <li key={task.id} className="going">
                        <Link to="/tasks/$task" params={{ task: String(task.number) }}>
                          <Said>{task.title}</Said>
                        </Link>
                        <span className="quiet">
                          <Name of={task.by} />
                        </span>
                        <Bar label={visibleText(task.title)} share={shareOf(task)} />
                        <span className="quiet">
                          <Said>{stepWords(task)}</Said>
                        </span>
                      </li>
                    ))}
                  </ul>
                )
              }
            </Answer>
          </Card>
          <Card title="Just changed" bare end={<Link to="/changes">All changes</Link>}>
            <Answer of={changes} what="Reading the changes">
              {(data) => (
                <ChangeList changes={data.pages[0]?.items ?? []} now={now} most={justChanged} withObject short />
              )}
            </Answer>
          </Card>
        </div>
      </div>
    </Page>
  )
}
