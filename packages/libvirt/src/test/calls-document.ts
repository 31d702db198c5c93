import { calls, families, type ProcedureName } from '../table/calls.ts'
import { eventKinds, eventRow } from '../table/events.ts'
import { evidenceOfCall, evidenceOfEvent, testedVersion, type Evidence } from './evidence.ts'

/** The reference of every call and event of @floe/libvirt, with the proof of each layout. */
export function callsDocument(): string {
  const count = `${Object.keys(calls).length} calls and ${eventKinds.length} kinds of event`
  const sections = Object.entries(families).flatMap(([title, family]) => [
    `## ${title[0]!.toUpperCase()}${title.slice(1)}`,
    '',
    '| call | number | sends | answers | proof |',
    '|---|---|---|---|---|',
    ...Object.keys(family).map((name) => callRow(name as ProcedureName)),
    '',
  ])
  const events = eventKinds.map((kind) => {
    const { family, procedure, codec } = eventRow(kind)
    return `| \`${kind}\` | ${family} | ${procedure} | ${fieldsOf(codec)} | ${proof(evidenceOfEvent(kind))} |`
  })
  return [
    introduction(count),
    ...sections,
    '## Kinds of event',
    '',
    '| kind | of | number | tells | proof |',
    '|---|---|---|---|---|',
    ...events,
    '',
  ].join('\n')
}

const introduction = (count: string): string => `# Calls and events of libvirt

<!-- Made by "node --conditions=floe-source tools/calls.ts" from the table in packages/libvirt/src/table. -->

The ${count} that \`@floe/libvirt\` speaks, with their numbers in libvirt's remote program. A field with a
question mark may be left out. No layout is believed because the table says so; each row names its proof:

- **recorded 9.0.0 \`…\`**: the C library and libvirtd of that version exchanged these bytes (packages/libvirt/fixtures), and
  the table reads them to the last byte and writes the same bytes again; the letters begin the SHA-256 of all of them.
  *Request only*: libvirtd understood the request, and its driver could not do it there.
- **used on test, qemu 9.0.0**: a test uses it on a real libvirtd, of that version or newer, with that driver.
`

function callRow(name: ProcedureName): string {
  const { number, argsCodec, retCodec } = calls[name]
  const stream = 'stream' in calls[name] ? ' and a stream' : ''
  return `| \`${name}\` | ${number} | ${fieldsOf(argsCodec)} | ${fieldsOf(retCodec)}${stream} | ${proof(evidenceOfCall(name))} |`
}

function fieldsOf(codec: Codec): string {
  if (codec.shape.is === 'domain-lifecycle') return 'dom, event, detail'
  if (codec.shape.is !== 'struct') return ''
  return Object.entries(codec.shape.fields)
    .filter(([name]) => name !== 'wantEntries')
    .map(([name, { absent }]) => (absent === undefined ? name : `${name}?`))
    .join(', ')
}

function proof({ recorded, used }: Evidence): string {
  const parts: string[] = []
  if (recorded !== undefined) {
    const what = recorded.answered ? '' : ', request only'
    parts.push(`recorded ${recorded.versions.join(', ')} \`${recorded.sha256.slice(0, 12)}\`${what}`)
  }
  if (used.length > 0) parts.push(`used on ${used.join(', ')} ${testedVersion}`)
  if (parts.length === 0) throw new Error('A row of the call table has no proof; packages/libvirt/README.md says how')
  return parts.join('; ')
}

type Codec = (typeof calls)[ProcedureName]['argsCodec']
