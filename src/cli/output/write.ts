import type { Io } from '../io.ts'
import { printableJson, printableYaml } from './printable.ts'
import { table, type Column, type Look } from './table.ts'

export type Format = 'table' | 'json' | 'yaml'

const lookOf = (io: Io): Look => ({
  colour: io.stdout.isTTY === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb',
  width: io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : undefined,
})

/** Writes a list: an array for programs, aligned columns for people, a sentence where there is nothing. */
export async function writeList<Row>(
  io: Io,
  format: Format,
  rows: readonly Row[],
  shown: { readonly columns: readonly Column<Row>[]; readonly none: string },
): Promise<void> {
  if (format !== 'table') return writeData(io, format, rows)
  if (rows.length === 0) io.stderr.write(`${shown.none}\n`)
  else io.stdout.write(table(rows, shown.columns, lookOf(io)))
}

/** Writes one object: as it is for programs, as `text` for people. */
export async function writeOne<One>(io: Io, format: Format, one: One, text: (one: One) => string): Promise<void> {
  if (format === 'table') io.stdout.write(text(one))
  else await writeData(io, format, one)
}

async function writeData(io: Io, format: 'json' | 'yaml', data: unknown): Promise<void> {
  io.stdout.write(format === 'json' ? `${printableJson(JSON.stringify(data, undefined, 2))}\n` : await yaml(data))
}

/** One object a line. */
export const jsonLine = (data: unknown): string => `${printableJson(JSON.stringify(data))}\n`

async function yaml(data: unknown): Promise<string> {
  const { Document, isScalar, visit } = await import('yaml')
  const document = new Document(data, { aliasDuplicateObjects: false })
  visit(document, (_, node) => {
    // Only a double-quoted scalar has escapes for what would steer a terminal.
    if (isScalar(node) && typeof node.value === 'string' && printableJson(node.value) !== node.value) {
      node.type = 'QUOTE_DOUBLE'
    }
  })
  return printableYaml(document.toString({ lineWidth: 0 }))
}
