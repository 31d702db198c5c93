import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseCellTitle } from '../../testbed/cells.ts'
import { root } from '../files.ts'
import type { CellResult } from './cell-record.ts'
import { runChild } from './children.ts'
import type { ReportLine } from './vitest-reporter.ts'

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

export type RunOptions = {
  /** The file that gets the results as they come. */
  readonly report: string
  /** The file that names the chosen cells. */
  readonly cells?: string
  /** Only these test files, and in them only tests whose title matches. */
  readonly files?: readonly string[]
  readonly titles?: string
}

/** Runs one of vitest's projects and counts. A file that could not be loaded, an error outside of every test and a run
 *  that ended before its end count as one failure each. */
export async function runTests(project: string, { report, cells, files = [], titles }: RunOptions): Promise<Counts> {
  const args = ['run', ...files, '--project', project, '--passWithNoTests', '--reporter=default']
  args.push(`--reporter=${join(root, 'tools/test/vitest-reporter.ts')}`)
  // Tests without a guest wait more than they compute: on two cores three workers take 93 s, one 279 s.
  if (project === 'quick') args.push('--maxWorkers=3')
  if (titles !== undefined) args.push('--testNamePattern', titles)
  const env = { FLOE_TEST_REPORT: report, ...(cells !== undefined && { FLOE_CELLS: cells }) }
  const { code } = await runChild('vitest', args, { show: true, env })
  const counts = countLines(readReport(report))
  // vitest says failed and no line says why: it was ended, or could not start.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Reads what the reporter wrote; a half line at the end, of a run that was killed, is left out. */
export function readReport(path: string): ReportLine[] {
  if (!existsSync(path)) return []
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return whole.map((line) => JSON.parse(line) as ReportLine)
}

export function countLines(lines: readonly ReportLine[]): Counts {
  const of = (result: string) => lines.filter((line) => line.kind === 'test' && line.result === result).length
  const broken = lines.filter((line) => line.kind === 'broken').length
  return { passed: of('passed'), failed: of('failed') + broken, skipped: of('skipped') }
}

/** The results of cells among what was reported. */
export function cellResults(lines: readonly ReportLine[], commit: string): CellResult[] {
  return lines.flatMap((line) => {
    const cell = line.kind === 'test' ? parseCellTitle(line.title) : undefined
    if (cell === undefined || line.kind !== 'test' || line.result === 'skipped') return []
    return [{ cell, commit, result: line.result, seconds: Math.round(line.seconds * 10) / 10 }]
  })
}

/** The cells of all matrices with the file of each, by loading the real tests without running them. */
export async function listCells(): Promise<ReadonlyMap<string, string>> {
  const { code, output } = await runChild('vitest', ['list', '--project', 'real', '--json', '--no-static-parse'])
  const json = output.slice(output.indexOf('[\n'), output.lastIndexOf(']') + 1)
  if (code !== 0) throw new Error(`The cells of the real tests could not be listed. ${output.slice(-2000)}`)
  const tests = JSON.parse(json === '' ? '[]' : json) as { readonly name: string; readonly file: string }[]
  // Nested titles are joined by " > ": a cell is the last of them.
  const cells = tests.map(({ name, file }) => [parseCellTitle(name.split(' > ').at(-1)!), file] as const)
  return new Map(cells.filter((entry): entry is [string, string] => entry[0] !== undefined))
}
