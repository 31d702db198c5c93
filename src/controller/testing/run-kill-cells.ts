import { existsSync, writeFileSync } from 'node:fs'

import type { Task } from '@floe/client'
import pg from 'pg'
import { expect } from 'vitest'

import type { Controller } from '../../../testbed/controller.ts'
import { until } from '../../../testbed/until.ts'
import { messageOf } from '../../base/errors.ts'
import { rowsOf, type CellContext, type Ground, type Row } from './kill-rows.ts'

type Running = {
  readonly cell: string
  readonly row: Row
  readonly cx: CellContext
  /** ms since the epoch. */
  readonly since: number
  readonly task?: Pick<Task, 'number'>
}

/** How a cell ended: what was wrong, if anything, and how long it took, the kill that it shares with others included. */
export type CellEnd = { readonly wrong?: string; readonly seconds: number }

/** An engine has sixteen tasks at once; one is left over. */
const atOnce = 15

/** Kills `floe` at each place: fifteen tasks are brought to their places and stand still there, one SIGKILL meets them
 *  all, and the next controller ends them. Answers how each ended. */
export async function runKillCells(
  floe: Controller,
  hold: string,
  ground: Ground,
  cells: readonly string[],
): Promise<Map<string, CellEnd>> {
  const wrong = new Map<string, string>()
  const seconds = new Map<string, number>()
  let count = 0
  for (const batch of batches(cells, ground.hostsToAdd)) {
    const running = batch.map(({ cell, row }): Running => {
      const name = `kill-${++count}`
      return {
        cell,
        row,
        cx: { ground, client: floe.client, name, finish: (task) => floe.finish(task) },
        since: Date.now(),
      }
    })
    const standing: Running[] = []
    for (const one of await Promise.all(running.map(prepare(wrong)))) {
      if (one === undefined) continue
      try {
        standing.push(await bringToPlace(one, hold))
      } catch (error) {
        wrong.set(one.cell, messageOf(error))
      }
    }
    await floe.kill()
    for (const { row, cx } of standing) await row.meanwhile?.(cx)
    await floe.start({ env: { FLOE_HOLD_FILE: hold } })
    await Promise.all(
      standing.map(async (one) => {
        await look(one).catch((error: unknown) => wrong.set(one.cell, messageOf(error)))
        seconds.set(one.cell, (Date.now() - one.since) / 1000)
      }),
    )
    await assertNoLocks(floe.database).catch((error: unknown) => wrong.set(batch.at(-1)!.cell, messageOf(error)))
  }
  return new Map(cells.map((cell) => [cell, endOfCell(wrong.get(cell), seconds.get(cell) ?? 0)]))
}

const endOfCell = (wrong: string | undefined, seconds: number): CellEnd =>
  wrong === undefined ? { seconds } : { wrong, seconds }

type Planned = { readonly cell: string; readonly row: Row }

/** A task that stands at the place where another is to be cancelled would be let go in its stead. */
const standsInWay = ({ cell }: Planned, { row }: Planned): boolean => row.cancelAt === cell

function batches(cells: readonly string[], hostsToAdd: number): Planned[][] {
  const made: Planned[][] = []
  const ofHost = ({ row }: Planned): boolean => row.ofHost === true
  for (const one of cells.flatMap((cell) => rowsOf(cell).map((row) => ({ cell, row })))) {
    const fits = made.find(
      (batch) =>
        batch.length < atOnce &&
        !(ofHost(one) && batch.filter(ofHost).length >= hostsToAdd) &&
        !batch.some((other) => standsInWay(one, other) || standsInWay(other, one)),
    )
    if (fits) fits.push(one)
    else made.push([one])
  }
  return made
}

const prepare =
  (wrong: Map<string, string>) =>
  async (one: Running): Promise<Running | undefined> => {
    try {
      const prepared = await one.row.prepare?.(one.cx)
      return { ...one, cx: { ...one.cx, prepared } }
    } catch (error) {
      wrong.set(one.cell, messageOf(error))
      return undefined
    }
  }

async function bringToPlace(one: Running, hold: string): Promise<Running> {
  const { row, cell, cx } = one
  const held = (): Promise<boolean> => until(`a task at ${cell}`, () => !existsSync(hold), 30_000)
  writeFileSync(hold, row.cancelAt ?? cell)
  const task = await row.begin(cx)
  await held()
  if (row.cancelAt !== undefined) {
    await cx.client.cancelTask({ params: { task: String(task.number) } })
    writeFileSync(hold, cell)
    writeFileSync(`${hold}.go`, row.cancelAt)
    await held()
  }
  return { ...one, task }
}

async function look({ row, cx, task }: Running): Promise<void> {
  const ended = await endOf(cx, task!)
  expect({ state: ended.state, error: row.ends === 'done' ? ended.error : null }).toEqual({
    state: row.ends,
    error: null,
  })
  await row.leaves(cx).catch((error: unknown) => {
    throw new Error(`${messageOf(error)} ${JSON.stringify((error as { actual?: unknown }).actual)}`, { cause: error })
  })
}

async function endOf({ client }: CellContext, { number }: Pick<Task, 'number'>) {
  const look = () => client.getTask({ params: { task: String(number) } })
  try {
    return await until('the end of a task', async () => [await look()].find((one) => one.endedAt !== null), 45_000)
  } catch (cause) {
    throw new Error(`A task does not end: ${JSON.stringify(await look())}`, { cause })
  }
}

async function assertNoLocks(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    expect((await client.query('select object_kind, object_id, cause from lock')).rows).toEqual([])
  } finally {
    await client.end()
  }
}
