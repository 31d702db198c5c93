import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { hostsQuery } from './queries.ts'

/** Names of the hosts that are not heard of: what is shown of theirs is from before. */
export const useSilentHosts = (): ReadonlySet<string> => {
  const { data } = useQuery(hostsQuery)
  return useMemo(() => new Set(data?.items.filter((host) => host.state !== 'up').map((host) => host.name)), [data])
}
