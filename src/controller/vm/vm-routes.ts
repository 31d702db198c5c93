import { createCommand } from '../../api/create-command.ts'
import { apiError, type BodyOf, type Routes } from '../../api/index.ts'
import type { TaskEngine } from '../../tasks/task-engine.ts'
import type { TaskKind } from '../../tasks/task.ts'
import { findAccount } from '../auth/account-store.ts'
import type { Caller } from '../auth/caller.ts'
import { handler, type Call, type Handler } from '../http/handler.ts'
import { isTexts, newestRevision, readCursor, toCursor } from '../page/page.ts'
import { ownDisksOf } from '../pool/volume-store.ts'
import { taskBy } from '../task/task-by.ts'
import { answerTask } from '../task/task-rows.ts'
import type { World } from '../world.ts'
import { planVm } from './create-plan.ts'
import { createVm } from './create-vm.ts'
import { deleteVm } from './delete-vm.ts'
import { editVm, keepDrift } from './edit-vm.ts'
import { powerOffVm } from './power-off-vm.ts'
import { freshIdentity, readOffer } from './read-offer.ts'
import { screenshot } from './screenshot.ts'
import { shutDownVm } from './shut-down-vm.ts'
import { startVm } from './start-vm.ts'
import { takeOverVm } from './take-over-vm.ts'
import { toVmDetail } from './vm-detail.ts'
import { vmInput, type VmInput } from './vm-input.ts'
import { toFacts, toVm } from './vm-rows.ts'
import { isSortKey, sortKey, type Sort } from './vm-sort.ts'
import { countVms, findVm, listVms, vmsByIds, type VmRow } from './vm-store.ts'
import {
  deleteObstacle,
  powerOffObstacle,
  shutDownObstacle,
  startObstacle,
  takeOverObstacle,
  type Obstacle,
  type VmFacts,
} from './vm.ts'

export function vmHandlers(world: World, engine: TaskEngine<World>): Handler[] {
  const { db } = world

  // A task on a VM is seen by whoever sees the VM.
  const begin = async <Input>(kind: TaskKind<Input, World>, input: Input, by: Caller, row?: VmRow) => {
    const ref = await engine.begin(kind, input, { ...taskBy(by), ...(row && { scopes: row.scopes }) })
    return answerTask(db, ref.id)
  }

  const verb = (
    name: 'startVm' | 'shutDownVm' | 'powerOffVm',
    kind: TaskKind<VmInput, World>,
    obstacle: (vm: VmFacts) => Obstacle | undefined,
  ): Handler =>
    handler(name, async ({ params, by }) => {
      const row = await findVm(db, params.vm, by.scopes)
      return begin(kind, vmInput(row, obstacle(toFacts(row))), by, row)
    })

  return [
    handler('listVms', ({ query, by }) => vmPage(db, query, by)),
    handler('countVms', async ({ by }) => {
      const byState = await countVms(db, by.scopes, {})
      return { byState, total: Object.values(byState).reduce((sum, n) => sum + n, 0) }
    }),
    handler('getVm', async ({ params, by }) => toVmDetail(world, await findVm(db, params.vm, by.scopes))),
    handler('planVm', async ({ body, by, signal }) => {
      const offer = await readOffer(world, body, by.scopes, signal)
      const { obstacles, chosen, warnings } = planVm(body, offer, freshIdentity(), ['all'])
      return {
        command: createCommand(body),
        chosen: chosen.map((one) => ({ ...one })),
        warnings: warnings.map((one) => ({ ...one })),
        obstacles: obstacles.map(({ code, field, details }) => ({
          code,
          field,
          title: apiError(code, details).message,
        })),
      }
    }),
    handler('createVm', async ({ body, by, signal }) => {
      const offer = await readOffer(world, body, by.scopes, signal)
      const { plan, obstacles } = planVm(body, offer, freshIdentity(), await ownersScopes(world, body))
      const [first] = obstacles
      if (first) throw apiError(first.code, { ...first.details, ...(first.field && { field: first.field }) })
      return begin(createVm, plan!, { ...by, scopes: plan!.scopes })
    }),
    handler('editVm', async ({ params, body, by }) => {
      const row = await findVm(db, params.vm, by.scopes)
      refuseForeign(row)
      await editVm(world, row, body, by)
      return vmNow(row, by)
    }),
    handler('keepDrift', async ({ params, by }) => {
      const row = await findVm(db, params.vm, by.scopes)
      refuseForeign(row)
      await keepDrift(world, row, by)
      return vmNow(row, by)
    }),
    verb('startVm', startVm, startObstacle),
    verb('shutDownVm', shutDownVm, shutDownObstacle),
    verb('powerOffVm', powerOffVm, powerOffObstacle),
    handler('deleteVm', async ({ params, query, by }) => {
      const row = await findVm(db, params.vm, by.scopes)
      const input = vmInput(row, deleteObstacle(toFacts(row)))
      const disks = query.disks === 'remove' ? await ownDisksOf(db, { ...input, pool: world.ownPool.name }) : []
      return begin(deleteVm, { ...input, disks }, by, row)
    }),
    handler('takeOverVm', async ({ params, by }) => {
      const row = await findVm(db, params.vm, by.scopes)
      return begin(takeOverVm, vmInput(row, takeOverObstacle(toFacts(row))), by, row)
    }),
    handler('screenshotVm', async ({ params, by, signal }) =>
      screenshot(world, await findVm(db, params.vm, by.scopes), signal),
    ),
  ]

  async function vmNow(row: VmRow, by: Caller) {
    const [now] = await vmsByIds(db, [row.id], by.scopes)
    if (now === undefined) throw apiError('not_found', { kind: 'VM', name: row.name })
    return toVm(now)
  }
}

type ListQuery = Call<Routes['listVms']>['query']

async function vmPage(db: World['db'], query: ListQuery, by: Caller) {
  const revision = await newestRevision(db)
  const filter = { q: query.q, state: query.state, host: query.host }
  const [sort, down] = query.sort?.startsWith('-')
    ? [query.sort.slice(1) as Sort, true]
    : [(query.sort ?? 'name') as Sort, false]
  const limit = query.limit ?? 100
  const cursor = readCursor(query.after, isPlace)
  const after =
    cursor && isSortKey(sort, cursor[0]!) ? { key: cursor[0]!, name: cursor[1]!, id: cursor[2]! } : undefined
  const [rows, counts] = await Promise.all([
    listVms(db, by.scopes, filter, { sort, down, limit, from: query.from, after }),
    countVms(db, by.scopes, filter),
  ])
  const last = rows.length === limit ? rows.at(-1) : undefined
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
  return {
    items: rows.map(toVm),
    total,
    next: last ? toCursor([sortKey(last, sort), last.name_key, last.id]) : null,
    revision,
  }
}

/** Where a page ended: sort key, name and id. */
const isPlace = (value: unknown): value is string[] =>
  isTexts(3)(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value[2]!)

function refuseForeign(row: VmRow): void {
  if (row.owner_copy !== null) throw apiError('vm_foreign', { vm: row.name, owner: row.owner_copy })
}

/** A VM belongs to everyone who administers, and to its owner where it has one. */
async function ownersScopes(world: World, body: BodyOf<Routes['createVm']>): Promise<string[]> {
  if (body.owner === undefined) return ['all']
  const owner = await findAccount(world.db, body.owner)
  if (owner === undefined) throw apiError('not_found', { kind: 'user', name: body.owner.slice(0, 80) })
  return ['all', `account:${owner.id}`]
}
