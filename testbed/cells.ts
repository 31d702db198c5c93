import { readFileSync } from 'node:fs'

import type { TaskMeta } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** What a cell took that ran before its test did, together with others. */
    seconds?: number
  }
}

/** A matrix of cases that are too many for every run: `./floe test` takes an eighth of them on the real thing,
 *  `./floe test --all` takes every one and records it in test/all.json. In a `.real.test.ts`:
 *
 *      test.for(kills.chosen)('cell kill/%s', async (cell) => { … })
 *
 *  and where there are fakes too, in the `.test.ts` beside it (the matrix then stands in a file of its own):
 *
 *      test.for(kills.cells)('%s on fakes', async (cell) => { … })
 */
export type Matrix<Cell extends string> = {
  readonly name: string
  readonly cells: readonly Cell[]
  /** What this run takes on the real thing. The title of its test has to be `cell NAME/%s`. */
  readonly chosen: readonly Cell[]
}

/** Names a matrix. Without a choice (FLOE_CELLS unset, as when vitest is started by hand) every cell is chosen. */
export function matrix<const Cell extends string>(name: string, cells: readonly Cell[]): Matrix<Cell> {
  const twice = cells.filter((cell, n) => cells.indexOf(cell) !== n)
  if (twice.length > 0) throw new Error(`The matrix ${name} names these cells twice: ${twice.join(', ')}.`)
  const choice = readChoice()
  return { name, cells, chosen: cells.filter((cell) => choice === undefined || choice.has(`${name}/${cell}`)) }
}

/** The `matrix/cell` that a test's title stands for, or nothing for a test that is no cell. */
export const parseCellTitle = (title: string): string | undefined => /^cell (\S+\/\S.*)$/.exec(title)?.[1]

/** FLOE_CELLS names a file with one chosen `matrix/cell` a line. */
function readChoice(): ReadonlySet<string> | undefined {
  const path = process.env['FLOE_CELLS']
  return path === undefined ? undefined : new Set(readFileSync(path, 'utf8').split('\n'))
}

/** Says what the cell of a test took, when it did not run in the test itself. */
export const noteSeconds = (meta: TaskMeta, seconds: number): void => void (meta.seconds = seconds)
