import { oneLine } from './printable.ts'
import { cut, widthOf } from './width.ts'

export type Column<Row> = {
  readonly title: string
  /** Nothing is shown as a dash, never as 0. */
  readonly value: (row: Row) => string | number | null | undefined
  /** Figures. */
  readonly right?: boolean
  readonly tone?: (row: Row) => Tone | undefined
}

export type Tone = 'good' | 'bad' | 'warn' | 'faint'
const codes: Readonly<Record<Tone | 'head', string>> = { good: '32', bad: '31', warn: '33', faint: '2', head: '1' }

/** How the text is shown: colour only for a terminal that wants it, and cells cut only where there is a width. */
export type Look = { readonly colour: boolean; readonly width: number | undefined }

const gap = '  '
const longest = 60

/** Aligned text, a line a row, with a heading. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], look: Look): string {
  const cells = rows.map((row) => columns.map((column) => cellText(column.value(row), look)))
  const widths = columns.map((column, i) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[i]!)), column.title.length),
  )
  const line = (texts: readonly string[], tone: (i: number) => Tone | 'head' | undefined) =>
    texts
      .map((text, i) => {
        const padding = ' '.repeat(widths[i]! - widthOf(text))
        const shown = paint(text, tone(i), look)
        if (columns[i]!.right) return padding + shown
        return i === columns.length - 1 ? shown : shown + padding
      })
      .join(gap)
      .trimEnd()
  const head = line(
    columns.map((column) => column.title.toUpperCase()),
    () => 'head',
  )
  const body = cells.map((row, r) => line(row, (i) => columns[i]!.tone?.(rows[r]!)))
  return [head, ...body].map((text) => `${text}\n`).join('')
}

/** Name and value, a line each; a value of several lines is indented below its name. */
export function facts(pairs: readonly (readonly [name: string, value: string | number | null | undefined])[]): string {
  const width = pairs.reduce((most, [name]) => Math.max(most, name.length), 0)
  return pairs
    .map(([name, value]) => `${`${name}:`.padEnd(width + 2)} ${value === '' ? '–' : oneLine(`${value ?? '–'}`)}\n`)
    .join('')
}

function cellText(value: string | number | null | undefined, look: Look): string {
  if (value === null || value === undefined || value === '') return '–'
  const text = oneLine(`${value}`)
  return look.width === undefined ? text : cut(text, longest)
}

const paint = (text: string, tone: Tone | 'head' | undefined, look: Look): string =>
  tone && look.colour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text
