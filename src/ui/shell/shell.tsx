import { Outlet, useNavigate } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { VmActionsProvider } from '../parts/vm-actions.tsx'
import { useHotkeys } from './hotkeys.ts'
import { KeyMap } from './key-map.tsx'
import { LoginAgain } from './login-again.tsx'
import { Masthead } from './masthead.tsx'
import { Nav } from './nav.tsx'
import { Palette } from './palette.tsx'
import { StaleBar } from './stale-bar.tsx'
import { TaskEnds } from './task-ends.tsx'

/** The frame around every page behind the login. */
export const Shell = (): ReactElement => {
  const navigate = useNavigate()
  const [palette, setPalette] = useState(false)
  const [keys, setKeys] = useState(false)
  const [nav, setNav] = useState(false)
  useHotkeys({
    'Ctrl+k': () => setPalette(true),
    '?': () => setKeys(true),
    'g o': () => void navigate({ to: '/' }),
    'g v': () => void navigate({ to: '/vms' }),
    'g h': () => void navigate({ to: '/hosts' }),
    'g s': () => void navigate({ to: '/storage' }),
    'g n': () => void navigate({ to: '/networks' }),
    'g t': () => void navigate({ to: '/tasks' }),
    'g c': () => void navigate({ to: '/changes' }),
  })
  return (
    <VmActionsProvider>
      <div className="shell">
        <a className="skip" href="#main">
          To the page
        </a>
        <Masthead
          onSearch={() => setPalette(true)}
          onKeys={() => setKeys(true)}
          onNav={() => setNav(!nav)}
          navOpen={nav}
        />
        <Nav open={nav} onChosen={() => setNav(false)} />
        <main className="main" id="main" tabIndex={-1}>
          <StaleBar />
          <Outlet />
        </main>
      </div>
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
      {keys ? <KeyMap onClose={() => setKeys(false)} /> : null}
      <LoginAgain />
      <TaskEnds />
    </VmActionsProvider>
  )
}
