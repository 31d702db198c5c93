import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { countsQuery, hostsQuery, openTasksQuery } from '../data/queries.ts'
import { Icon, type IconName } from '../parts/icon.tsx'

const Entry = (props: {
  readonly to: '/' | '/vms' | '/hosts' | '/storage' | '/networks' | '/tasks' | '/changes'
  readonly icon: IconName
  readonly text: string
  readonly count?: number | undefined
  readonly onChosen: () => void
}): ReactElement => (
  <li>
    <Link to={props.to} activeOptions={{ exact: props.to === '/', includeSearch: false }} onClick={props.onChosen}>
      <Icon name={props.icon} />
      {props.text}
      {props.count === undefined || props.count === 0 ? null : (
        <span className="count">{props.count.toLocaleString('en')}</span>
      )}
    </Link>
  </li>
)

export const Nav = (props: { readonly open: boolean; readonly onChosen: () => void }): ReactElement => {
  const counts = useQuery(countsQuery)
  const hosts = useQuery(hostsQuery)
  const tasks = useQuery(openTasksQuery)
  const { onChosen } = props
  return (
    <nav className={props.open ? 'nav is-open' : 'nav'} id="nav" aria-label="Pages">
      <ul>
        <Entry to="/" icon="overview" text="Overview" onChosen={onChosen} />
        <Entry to="/vms" icon="vm" text="Virtual machines" count={counts.data?.total} onChosen={onChosen} />
        <Entry to="/hosts" icon="host" text="Hosts" count={hosts.data?.total} onChosen={onChosen} />
        <Entry to="/storage" icon="storage" text="Storage" onChosen={onChosen} />
        <Entry to="/networks" icon="network" text="Networks" onChosen={onChosen} />
      </ul>
      <h2>Activity</h2>
      <ul>
        <Entry to="/tasks" icon="tasks" text="Tasks" count={tasks.data?.total} onChosen={onChosen} />
        <Entry to="/changes" icon="changes" text="Changes" onChosen={onChosen} />
      </ul>
    </nav>
  )
}
