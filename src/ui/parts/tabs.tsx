import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { visibleText } from '../data/visible-text.ts'

export const vmTabs = [
  ['/vms/$vm', 'Overview'],
  ['/vms/$vm/consoles', 'Console'],
  ['/vms/$vm/configuration', 'Configuration'],
  ['/vms/$vm/tasks', 'Tasks'],
  ['/vms/$vm/changes', 'Changes'],
] as const

/** Tabs are pages of their own: each has its address. What is gone has no console. */
export const VmTabs = ({ vm, gone }: { readonly vm: string; readonly gone: boolean }): ReactElement => (
  <nav className="tabs" aria-label={`About ${visibleText(vm)}`}>
    {vmTabs
      .filter(([to]) => !gone || to !== '/vms/$vm/consoles')
      .map(([to, text]) => (
        <Link key={to} to={to} params={{ vm }} activeOptions={{ exact: to === '/vms/$vm', includeSearch: false }}>
          {text}
        </Link>
      ))}
  </nav>
)
