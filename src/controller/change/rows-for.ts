import type { Host, Network, Pool } from '../../api/resources/host.ts'
import type { Task } from '../../api/resources/task.ts'
import type { Vm } from '../../api/resources/vm.ts'

export type RowKind = 'vm' | 'host' | 'task' | 'pool' | 'network'
type RowOf = { vm: Vm; host: Host; task: Task; pool: Pool; network: Network }

/** The rows of a batch of changes as they are now, for one set of scopes; what is gone or not reached is left out. */
export type RowsFor = (
  ids: { readonly [K in RowKind]: readonly string[] },
  scopes: readonly string[],
) => Promise<{ readonly [K in RowKind]: ReadonlyMap<string, RowOf[K]> }>
