import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** What one cell did when it last ran on the real thing. */
export type CellResult = {
  readonly cell: string
  readonly commit: string
  readonly result: 'passed' | 'failed'
  readonly seconds: number
}

/** Which cells a run takes. */
export type Choice =
  | { readonly kind: 'eighth' }
  | { readonly kind: 'all' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'named'; readonly name: string }

/** The cells of this run. An eighth is another one for each commit, at least one of every matrix; `all` leaves out what
 *  passed at this very commit, so that it goes on where it was stopped; `missing` is what never passed. */
export function chooseCells(
  cells: readonly string[],
  record: readonly CellResult[],
  { choice, commit }: { readonly choice: Choice; readonly commit: string },
): string[] {
  const passed = record.filter(({ result }) => result === 'passed')
  switch (choice.kind) {
    case 'eighth':
      return [...Map.groupBy(cells, matrixOf).values()].flatMap((ofOne) => eighth(ofOne, commit))
    case 'all':
      return cells.filter((cell) => !passed.some((row) => row.cell === cell && row.commit === commit))
    case 'missing':
      return cells.filter((cell) => !passed.some((row) => row.cell === cell))
    case 'named':
      return cells.filter((cell) => cell === choice.name || cell.startsWith(`${choice.name}/`))
  }
}

function eighth(cells: readonly string[], commit: string): string[] {
  const rank = (cell: string) => createHash('sha256').update(`${commit} ${cell}`).digest('hex')
  const shuffled = cells.map((cell) => ({ cell, rank: rank(cell) })).sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return shuffled.slice(0, Math.ceil(cells.length / 8)).map(({ cell }) => cell)
}

/** `kill/vm.create/define/before-effect` is of the matrix `kill`. */
const matrixOf = (cell: string): string => cell.slice(0, cell.indexOf('/'))

/** What keeps the record from being believed: a cell without a result, a red one, one that no matrix has. */
export function recordProblems(cells: readonly string[], record: readonly CellResult[]): string[] {
  const byCell = new Map(record.map((row) => [row.cell, row]))
  const missing = cells.filter((cell) => !byCell.has(cell))
  const red = record.filter(({ cell, result }) => result === 'failed' && cells.includes(cell))
  const gone = record.filter(({ cell }) => !cells.includes(cell))
  return [
    ...missing.map((cell) => `test/all.json has no result for ${cell}: run "./floe test --missing".`),
    ...red.map(
      ({ cell, commit }) =>
        `test/all.json says that ${cell} failed at ${commit}: mend it, then "./floe test --cell ${cell}".`,
    ),
    ...gone.map(
      ({ cell }) => `test/all.json has a result for ${cell}, which no matrix has: "./floe test --all" takes it out.`,
    ),
  ]
}

/** The record with new results in place of old ones, without cells that are gone, in the order of names. */
export function mergeRecord(
  cells: readonly string[],
  record: readonly CellResult[],
  fresh: readonly CellResult[],
): CellResult[] {
  const rows = new Map([...record, ...fresh].map((row) => [row.cell, row]))
  return [...rows.values()].filter(({ cell }) => cells.includes(cell)).sort((a, b) => (a.cell < b.cell ? -1 : 1))
}

export function readRecord(path: string): CellResult[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as CellResult[]) : []
}

/** One cell a line, so that a change of one is a change of one line. */
export function writeRecord(path: string, record: readonly CellResult[]): void {
  const text = record.length === 0 ? '[]\n' : `[\n${record.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}
