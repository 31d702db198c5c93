import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import type { ObjectRef } from '../data/resources.ts'
import { Name } from './name.tsx'

/** The object by its name, as a link where it has a page. */
export const RefLink = ({ of }: { readonly of: ObjectRef }): ReactElement => {
  switch (of.kind) {
    case 'vm':
      return (
        <Link to="/vms/$vm" params={{ vm: of.name }}>
          <Name of={of.name} />
        </Link>
      )
    case 'host':
      return (
        <Link to="/hosts/$host" params={{ host: of.name }}>
          <Name of={of.name} />
        </Link>
      )
    case 'pool':
      return (
        <Link to="/storage" search={{ pool: of.name }}>
          <Name of={of.name} />
        </Link>
      )
    case 'network':
      return (
        <Link to="/networks">
          <Name of={of.name} />
        </Link>
      )
    case 'task':
      return (
        <Link to="/tasks/$task" params={{ task: of.name }}>
          <Name of={of.name} />
        </Link>
      )
    case 'volume':
    case 'account':
      return <Name of={of.name} />
  }
}
