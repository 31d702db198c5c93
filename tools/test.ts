import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { reap, scratch } from '../testbed/scratch.ts'
import { root, type Problems } from './files.ts'
import {
  chooseCells,
  mergeRecord,
  readRecord,
  recordProblems,
  writeRecord,
  type CellResult,
  type Choice,
} from './test/cell-record.ts'
import { checks, type Check } from './test/checks.ts'
import { endChildren, endLeftovers, runChild } from './test/children.ts'
import { cellResults, listCells, readReport, runTests } from './test/run-tests.ts'

const usage = `floe test: checks and tests everything, and ends with "N passed, N failed".

  --quick      leave out what needs a guest or a browser
  --all        every cell of every matrix on the real thing, recorded in test/all.json; goes on where it was stopped
  --missing    only the cells that never passed
  --cell NAME  one cell, or all of one matrix
`

/** What the tests need beside what Floe itself needs; each is used by a test or by the test bed. */
const packages = ['chromium', 'libxml2-utils', 'iproute2', 'iptables', 'e2fsprogs', 'openssl', 'git']

const record = join(root, 'test/all.json')
let passed = 0
let failed = 0
let stopping = false
/** What waits for this goes on no more: the interruption has taken over. */
const forever = new Promise<never>(() => undefined)
/** The report of the project that runs now, and what to do with it when it ends or is stopped. */
let report: string | undefined
let keepRecord: ((report: string) => void) | undefined

const options = readOptions()
process.once('SIGINT', () => void stop('SIGINT'))
process.once('SIGTERM', () => void stop('SIGTERM'))
process.exitCode = await main().catch((error: unknown) => {
  console.error(error)
  return 1
})

async function main(): Promise<number> {
  await reap()
  await install()
  try {
    if (options.choice.kind !== 'eighth') await runCells(options.choice)
    else await runPlain()
  } finally {
    if (stopping) await forever
    await perform({ name: 'nothing left running', run: leftovers })
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** Everything, with an eighth of the cells. */
async function runPlain(): Promise<void> {
  for (const check of checks) await perform(check)
  await runProject('quick')
  const cells = await cellsOrFail()
  if (cells === undefined) return
  const names = [...cells.keys()]
  await perform({ name: 'record of all cells', run: () => recordProblems(names, readRecord(record)) })
  if (options.quick) return
  await runProject('real', { cells: chooseCells(names, [], { choice: options.choice, commit: await head() }) })
  await runProject('browser')
}

/** Cells only. What ran is recorded even when the run is stopped. */
async function runCells(choice: Choice): Promise<void> {
  const cells = await cellsOrFail()
  if (cells === undefined) return
  const commit = await head()
  const names = [...cells.keys()]
  const chosen = chooseCells(names, readRecord(record), { choice, commit })
  console.log(`${chosen.length} of ${names.length} cells to run`)
  const keep = (fresh: readonly CellResult[]) => writeRecord(record, mergeRecord(names, readRecord(record), fresh))
  keepRecord = (path) => keep(cellResults(readReport(path), commit))
  if (chosen.length > 0)
    await runProject('real', {
      cells: chosen,
      files: [...new Set(chosen.map((cell) => cells.get(cell)!))],
      titles: 'cell ',
    })
  else if (choice.kind === 'named') failed += told(`No cell is called ${choice.name}.`)
  else keep([]) // takes out what is gone
}

async function runProject(
  name: 'quick' | 'real' | 'browser',
  take: { readonly cells?: readonly string[]; readonly files?: readonly string[]; readonly titles?: string } = {},
): Promise<void> {
  if (name !== 'quick' && process.getuid?.() !== 0) {
    failed += told(`The ${name} tests make namespaces and mounts: run "./floe test" as root, or "./floe test --quick".`)
    return
  }
  const { cells, ...only } = take
  console.log(`\n— tests: ${name}${cells ? `, ${cells.length} cells` : ''}`)
  await using folder = await scratch('run')
  report = join(folder.path, 'report')
  const choice = join(folder.path, 'cells')
  writeFileSync(choice, (cells ?? []).join('\n'))
  const counts = await runTests(name, { report, ...only, ...(cells && { cells: choice }) })
  keepRecord?.(report)
  report = undefined
  passed += counts.passed
  failed += counts.failed
  if (counts.skipped > 0 && only.titles === undefined) console.log(`${counts.skipped} skipped`)
}

async function perform({ name, told: onlyTold, run }: Check): Promise<void> {
  const began = performance.now()
  const problems = await Promise.resolve()
    .then(run)
    .catch((error: unknown): Problems => [String(error)])
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const word = problems.length === 0 ? 'ok  ' : onlyTold ? 'told' : 'FAIL'
  console.log(`${word} ${name} (${seconds} s)`)
  for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n  ')}`)
  if (problems.length === 0 || onlyTold) passed++
  else failed++
}

async function cellsOrFail(): Promise<ReadonlyMap<string, string> | undefined> {
  return listCells().catch((error: Error) => {
    failed += told(error.message)
    return undefined
  })
}

function told(sentence: string): 1 {
  console.log(`FAIL ${sentence}`)
  return 1
}

async function leftovers(): Promise<Problems> {
  const left = await endLeftovers()
  await reap()
  return left.map((command) => `A test left this running; it was ended: ${command}`)
}

async function install(): Promise<void> {
  const { code } = await runChild('sh', [join(root, 'tools/test/install.sh'), root, ...packages], { show: true })
  if (code !== 0) throw new Error('What the tests need is not installed, see above.')
}

async function head(): Promise<string> {
  const { output } = await runChild('git', ['rev-parse', '--short=12', 'HEAD'])
  return output.trim()
}

/** Interrupted: ends the children, keeps what was recorded, leaves nothing behind. */
async function stop(signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  if (stopping) return
  stopping = true
  console.log(`\n${signal}: ending what runs and clearing up`)
  await endChildren()
  if (report !== undefined) keepRecord?.(report)
  await endLeftovers()
  await reap()
  console.log(`\n${passed} passed, ${failed + 1} failed`)
  process.exit(signal === 'SIGINT' ? 130 : 143)
}

function readOptions(): { readonly quick: boolean; readonly choice: Choice } {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      missing: { type: 'boolean', default: false },
      cell: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    process.exit(0)
  }
  return { quick: values.quick, choice: toChoice(values) }
}

function toChoice({
  cell,
  all,
  missing,
}: {
  readonly cell?: string
  readonly all: boolean
  readonly missing: boolean
}): Choice {
  if (cell !== undefined) return { kind: 'named', name: cell }
  if (missing) return { kind: 'missing' }
  return all ? { kind: 'all' } : { kind: 'eighth' }
}
