import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const path = 'docs/reference/calls.md'
const root = new URL('../', import.meta.url)
const file = new URL(path, root)

// The package publishes neither its table's rows nor their proofs.
const maker = new URL('packages/libvirt/src/test/calls-document.ts', root).href
const { callsDocument } = (await import(maker)) as { readonly callsDocument: () => string }

/** Whether the committed document is not what the table gives. */
export const stale = (): boolean => !existsSync(file) || readFileSync(file, 'utf8') !== callsDocument()

if (import.meta.main) {
  const old = stale()
  if (process.argv.includes('--check')) {
    if (old) console.error(`${path} is not what the table gives. Run "node --conditions=floe-source tools/calls.ts".`)
    process.exitCode = old ? 1 : 0
  } else {
    if (old) writeFileSync(file, callsDocument())
    console.log(old ? `Written: ${path}` : 'Everything is current.')
  }
}
