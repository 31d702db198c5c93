import { appendFileSync } from 'node:fs'

import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/** What the reporter writes, one line of JSON each, as it happens: an interrupted run keeps what it had. */
export type ReportLine =
  | {
      readonly kind: 'test'
      readonly title: string
      readonly result: 'passed' | 'failed' | 'skipped'
      readonly seconds: number
    }
  | { readonly kind: 'broken'; readonly where: string }
  | { readonly kind: 'end' }

/** Writes every result into the file that FLOE_TEST_REPORT names. */
export default class ReportFile implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state } = test.result()
    if (state === 'pending') return
    const seconds = test.meta().seconds ?? (test.diagnostic()?.duration ?? 0) / 1000
    write({ kind: 'test', title: test.name, result: state, seconds })
  }

  // A file that cannot be loaded, or whose set-up fails, has no failed test of its own.
  onTestModuleEnd(module: TestModule): void {
    if (module.errors().length > 0) write({ kind: 'broken', where: module.relativeModuleId })
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    for (const error of unhandled) write({ kind: 'broken', where: error.message })
    write({ kind: 'end' })
  }
}

function write(line: ReportLine): void {
  appendFileSync(process.env['FLOE_TEST_REPORT']!, `${JSON.stringify(line)}\n`)
}
