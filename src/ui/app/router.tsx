import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'

import { statusOf } from '../data/client.ts'
import type { Live } from '../data/live.ts'
import { sessionQuery } from '../data/queries.ts'
import type { Session } from '../data/resources.ts'
import { readListSearch } from '../pages/vms/list-search.ts'
import { Broken, NotHere } from '../parts/broken.tsx'
import { Shell } from '../shell/shell.tsx'
import { pageCode } from './page-code.ts'

export type RouterContext = { readonly queries: QueryClient; readonly live: Live }

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: NotHere })

const to = (search: Record<string, unknown>): { to?: string } =>
  typeof search.to === 'string' ? { to: search.to } : {}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: to,
  component: lazyRouteComponent(
    pageCode(() => import('../pages/login/login-page.tsx')),
    'LoginPage',
  ),
})

const requireSession = async ({ queries }: RouterContext, href: string): Promise<Session> => {
  try {
    return await queries.ensureQueryData(sessionQuery)
  } catch (error) {
    if (statusOf(error) === 401) throw redirect({ to: '/login', search: href === '/' ? {} : { to: href } })
    throw error
  }
}

/** Everything behind the login. The page's address is kept through login and password. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await requireSession(context, location.href)
    if (session.account.mustChangePassword)
      throw redirect({ to: '/password', search: location.href === '/' ? {} : { to: location.href } })
    context.live.follow()
  },
  component: Outlet,
})

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  validateSearch: to,
  beforeLoad: async ({ context, location }) => {
    await requireSession(context, location.href)
  },
  component: lazyRouteComponent(
    pageCode(() => import('../pages/login/password-page.tsx')),
    'PasswordPage',
  ),
})

const shell = createRoute({ getParentRoute: () => inside, id: 'shell', component: Shell })

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { found?: true } => (search.found === true ? { found: true } : {}),
  component: lazyRouteComponent(
    pageCode(() => import('../pages/overview/overview-page.tsx')),
    'OverviewPage',
  ),
})
const vms = createRoute({
  getParentRoute: () => shell,
  path: '/vms',
  validateSearch: readListSearch,
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vms/vms-page.tsx')),
    'VmsPage',
  ),
})
const create = createRoute({
  getParentRoute: () => shell,
  path: '/vms/new',
  validateSearch: (search: Record<string, unknown>): { from?: string } =>
    typeof search.from === 'string' ? { from: search.from } : {},
  component: lazyRouteComponent(
    pageCode(() => import('../pages/create/create-page.tsx')),
    'CreatePage',
  ),
})

const vm = createRoute({
  getParentRoute: () => shell,
  path: '/vms/$vm',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vm/vm-page.tsx')),
    'VmPage',
  ),
})
const vmOverview = createRoute({
  getParentRoute: () => vm,
  path: '/',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vm/overview-tab.tsx')),
    'OverviewTab',
  ),
})
const vmConsoles = createRoute({
  getParentRoute: () => vm,
  path: '/consoles',
  validateSearch: (search: Record<string, unknown>): { kind?: 'serial' } =>
    search.kind === 'serial' ? { kind: 'serial' } : {},
  component: lazyRouteComponent(
    pageCode(() => import('../pages/console/console-tab.tsx')),
    'ConsoleTab',
  ),
})
const vmConfiguration = createRoute({
  getParentRoute: () => vm,
  path: '/configuration',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vm/configuration-tab.tsx')),
    'ConfigurationTab',
  ),
})
const vmTasks = createRoute({
  getParentRoute: () => vm,
  path: '/tasks',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vm/tasks-tab.tsx')),
    'TasksTab',
  ),
})
const vmChanges = createRoute({
  getParentRoute: () => vm,
  path: '/changes',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/vm/changes-tab.tsx')),
    'ChangesTab',
  ),
})

/** The console alone in its window: the guest gets all the room. */
const consoleAlone = createRoute({
  getParentRoute: () => inside,
  path: '/vms/$vm/console',
  validateSearch: (search: Record<string, unknown>): { kind?: 'serial' } =>
    search.kind === 'serial' ? { kind: 'serial' } : {},
  component: lazyRouteComponent(
    pageCode(() => import('../pages/console/console-page.tsx')),
    'ConsolePage',
  ),
})

const hosts = createRoute({
  getParentRoute: () => shell,
  path: '/hosts',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/hosts/hosts-page.tsx')),
    'HostsPage',
  ),
})
const host = createRoute({
  getParentRoute: () => shell,
  path: '/hosts/$host',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/hosts/host-page.tsx')),
    'HostPage',
  ),
})
const storage = createRoute({
  getParentRoute: () => shell,
  path: '/storage',
  validateSearch: (search: Record<string, unknown>): { pool?: string; host?: string } => ({
    ...(typeof search.pool === 'string' ? { pool: search.pool } : {}),
    ...(typeof search.host === 'string' ? { host: search.host } : {}),
  }),
  component: lazyRouteComponent(
    pageCode(() => import('../pages/storage/storage-page.tsx')),
    'StoragePage',
  ),
})
const networks = createRoute({
  getParentRoute: () => shell,
  path: '/networks',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/networks/networks-page.tsx')),
    'NetworksPage',
  ),
})
const tasks = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  validateSearch: (search: Record<string, unknown>): { state?: string } =>
    typeof search.state === 'string' ? { state: search.state } : {},
  component: lazyRouteComponent(
    pageCode(() => import('../pages/tasks/tasks-page.tsx')),
    'TasksPage',
  ),
})
const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$task',
  component: lazyRouteComponent(
    pageCode(() => import('../pages/tasks/task-page.tsx')),
    'TaskPage',
  ),
})
const changes = createRoute({
  getParentRoute: () => shell,
  path: '/changes',
  validateSearch: (search: Record<string, unknown>): { author?: 'user' | 'outside' | 'floe' } =>
    search.author === 'user' || search.author === 'outside' || search.author === 'floe'
      ? { author: search.author }
      : {},
  component: lazyRouteComponent(
    pageCode(() => import('../pages/changes/changes-page.tsx')),
    'ChangesPage',
  ),
})

/** Any other address: within the frame, so that one finds back. */
const notHere = createRoute({ getParentRoute: () => shell, path: '$', component: NotHere })

const tree = root.addChildren([
  login,
  password,
  inside.addChildren([
    consoleAlone,
    shell.addChildren([
      overview,
      vms,
      create,
      vm.addChildren([vmOverview, vmConsoles, vmConfiguration, vmTasks, vmChanges]),
      hosts,
      host,
      storage,
      networks,
      tasks,
      task,
      changes,
      notHere,
    ]),
  ]),
])

export const makeRouter = (context: RouterContext) =>
  createRouter({ routeTree: tree, context, defaultPreload: 'intent', defaultErrorComponent: Broken })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
