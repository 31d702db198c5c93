import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

import { codeOf, statusOf } from '../data/client.ts'
import { sessionEnded } from '../data/session-end.ts'

const noteEnd = (error: unknown): void => {
  // Somebody gave this account a one-time password meanwhile; the session now opens only that page.
  if (codeOf(error) === 'must_change_password' && location.pathname !== '/password')
    location.assign(`/password?to=${encodeURIComponent(location.pathname + location.search)}`)
  if (statusOf(error) === 401) sessionEnded.tell()
}

/** Answers stay current by the change stream, so nothing is read again for age alone. */
export const makeQueries = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: noteEnd }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (codeOf(error) === 'not_logged_in') sessionEnded.tell()
      },
    }),
    defaultOptions: {
      queries: {
        // The browser's "offline" says nothing about Floe, which may be on this very machine.
        networkMode: 'always',
        staleTime: 60_000,
        // A refusal is an answer; only silence is worth another try.
        retry: (count, error) => statusOf(error) === 0 && count < 2,
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
