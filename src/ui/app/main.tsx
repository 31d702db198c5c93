import '@patternfly/react-core/dist/styles/base.css'
import '../parts/look/index.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { LiveContext } from '../data/live-context.ts'
import { Live } from '../data/live.ts'
import { followTheme } from '../data/theme.ts'
import { ToastProvider } from '../parts/toasts.tsx'
import { loadAllPages } from './page-code.ts'
import { makeQueries } from './queries.ts'
import { makeRouter } from './router.tsx'

followTheme()

const queries = makeQueries()
const live = new Live(queries)
const router = makeRouter({ queries, live })

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LiveContext value={live}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </LiveContext>
    </QueryClientProvider>
  </StrictMode>,
)
loadAllPages()
