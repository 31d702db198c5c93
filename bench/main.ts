import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { tryRun } from '../testbed/run.ts'
import { reap } from '../testbed/scratch.ts'
import type { Bench } from './bench.ts'
import { create } from './benches/create.ts'
import { events } from './benches/events.ts'
import { idle } from './benches/idle.ts'
import { up } from './benches/up.ts'
import { buildBundle } from './bundle.ts'
import { toFigure, type Figure } from './figures.ts'
import { readMachine } from './machine.ts'

const benches: readonly Bench[] = [create, events, idle, up]

const usage = `floe bench NAME: measures, and prints the figures.

  --json      one object on standard output; progress on standard error
  --rounds N  instead of the bench's own number of rounds
  --program FILE
              measure this floe.mjs instead of building the clone's
  --list      the names of the benches
`

const say = (line: string): void => void process.stderr.write(`${line}\n`)

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  for (let cause = (error as Error).cause; cause instanceof Error; cause = cause.cause)
    say(`because of: ${cause.message}`)
  return 1
})

/** 0 when it measured, whether the figures hold or not; 1 when it could not; 2 when it was called wrongly. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      program: { type: 'string' },
    },
  })
  if (values.list) {
    for (const { name, title } of benches) console.log(`${name.padEnd(10)}${title}`)
    return 0
  }
  const bench = benches.find(({ name }) => name === positionals[0])
  const rounds = Number(values.rounds ?? bench?.rounds ?? 0)
  if (values.help || bench === undefined || positionals.length !== 1 || !(Number.isInteger(rounds) && rounds > 0)) {
    say(usage)
    if (positionals[0] !== undefined && bench === undefined)
      say(`No bench is called ${positionals[0]}: see "floe bench --list".`)
    return values.help ? 0 : 2
  }
  await install()
  const report = await measure(bench, rounds, values.program)
  if (values.json) console.log(JSON.stringify(report, undefined, 2))
  else for (const figure of report.figures) console.log(line(figure))
  return 0
}

async function measure(bench: Bench, rounds: number, given?: string) {
  await reap()
  const machine = await readMachine()
  const date = new Date().toISOString()
  await using stack = new AsyncDisposableStack()
  const stop = (): void => void stack.disposeAsync().finally(() => process.exit(130))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const measured = await bench.run({
    rounds,
    say,
    stack,
    program: async () => (given === undefined ? buildBundle() : resolve(given)),
  })
  process.off('SIGINT', stop).off('SIGTERM', stop)
  return { bench: bench.name, date, machine, rounds, figures: measured.map(toFigure) }
}

function line({ name, ours, theirs, unit, ratio, spread, target, holds }: Figure): string {
  const against = theirs === null ? '' : `, theirs ${theirs} ${unit}, ratio ${ratio}`
  const judged = target === null ? '' : `  ${holds ? 'holds' : 'MISSED'} (${target})`
  return `${name}: ${ours} ${unit}${against}, spread ${Math.round(spread * 100)} %${judged}`
}

/** What a bench needs is what the tests need. */
async function install(): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const script = join(root, 'tools/test/install.sh')
  const { code, stdout, stderr } = await tryRun('sh', [script, root, 'iproute2'], { deadlineMs: 1_800_000 })
  if (stdout + stderr !== '') say((stdout + stderr).trim())
  if (code !== 0) throw new Error('What the benches need is not installed, see above.')
}
