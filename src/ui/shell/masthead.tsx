import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { client } from '../data/client.ts'
import { openTasksQuery, sessionQuery } from '../data/queries.ts'
import { chooseTheme, storedTheme, type Theme } from '../data/theme.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon, Mark, type IconName } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { State } from '../parts/state.tsx'

export const Masthead = (props: {
  readonly onSearch: () => void
  readonly onKeys: () => void
  readonly onNav: () => void
  readonly navOpen: boolean
}): ReactElement => (
  <header className="head">
    <span className="head__menu">
      <Button
        look="plain"
        icon="menu"
        label={props.navOpen ? 'Close the menu' : 'Open the menu'}
        onPress={props.onNav}
      />
    </span>
    <Link to="/" className="head__brand" aria-label="Floe, overview">
      <Mark />
      <span>Floe</span>
    </Link>
    <button type="button" className="searchbox" onClick={props.onSearch} aria-keyshortcuts="Control+K">
      <Icon name="search" size={14} />
      <span>Search or run a command</span>
      <kbd>Ctrl K</kbd>
    </button>
    <div className="head__end">
      <RunningTasks />
      <ThemeSwitch />
      <UserMenu onKeys={props.onKeys} />
    </div>
  </header>
)

const RunningTasks = (): ReactElement | null => {
  const { data } = useQuery(openTasksQuery)
  if (data === undefined || data.total === 0) return null
  return (
    <ButtonLink look="plain" to="/tasks" search={{ state: 'open' }}>
      <State
        look={{ shape: 'turning', tone: 'busy', word: String(data.total) }}
        more={<span className="words">{data.total === 1 ? 'task' : 'tasks'}</span>}
      />
    </ButtonLink>
  )
}

const themes: readonly { readonly id: Theme; readonly text: string; readonly icon: IconName }[] = [
  { id: 'system', text: 'As the system', icon: 'contrast' },
  { id: 'light', text: 'Light', icon: 'sun' },
  { id: 'dark', text: 'Dark', icon: 'moon' },
]

const ThemeSwitch = (): ReactElement => {
  const [theme, setTheme] = useState(storedTheme)
  return (
    <Menu
      label="Theme"
      plain
      face={<Icon name={themes.find(({ id }) => id === theme)?.icon ?? 'contrast'} />}
      entries={themes.map(({ id, text, icon }) => ({
        id,
        text,
        icon,
        checked: id === theme,
        onPress: () => {
          chooseTheme(id)
          setTheme(id)
        },
      }))}
    />
  )
}

const UserMenu = ({ onKeys }: { readonly onKeys: () => void }): ReactElement => {
  const { data: session } = useQuery(sessionQuery)
  const navigate = useNavigate()
  const router = useRouter()
  const queries = useQueryClient()
  const name = session?.account.name ?? ''
  const initials = name.slice(0, 2).toUpperCase()
  const logOut = async (): Promise<void> => {
    router.options.context.live.leave()
    await client.logout()
    queries.clear()
    await navigate({ to: '/login' })
  }
  return (
    <Menu
      label={`${initials}, account ${name}`}
      plain
      face={<span className="avatar">{initials}</span>}
      entries={[
        {
          id: 'password',
          text: 'Change password…',
          note: `${name}, ${session?.account.role ?? ''}`,
          icon: 'key',
          onPress: () => void navigate({ to: '/password' }),
        },
        { id: 'keys', text: 'Keyboard', icon: 'keyboard', onPress: onKeys },
        { id: 'out', text: 'Log out', icon: 'logout', onPress: () => void logOut(), ruled: true },
      ]}
    />
  )
}
