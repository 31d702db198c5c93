import type { TaskBy } from '../../tasks/task.ts'
import type { Caller } from '../auth/caller.ts'

/** Who begins a task. Its row is reached by whoever began it, beside the administrators. */
export const taskBy = (by: Caller): TaskBy => ({
  ...(by.account && { user: by.account.id }),
  name: by.name,
  scopes: by.scopes,
  request: by.request,
})
