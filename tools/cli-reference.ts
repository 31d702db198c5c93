import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import type { Command, Option } from 'commander'

import { exitWords } from '../src/cli/exit.ts'
import { createProgram } from '../src/cli/program.ts'
import { examplesOf } from '../src/cli/verb-parts.ts'

const path = new URL('../docs/reference/cli.md', import.meta.url)

/** The reference of the command line in Markdown, from the verbs themselves. */
export async function cliReference(): Promise<string> {
  const { command } = await createProgram({ stdout: {}, stderr: {} } as never, undefined)
  return [head(command), ...leaves(command).map(section)].join('\n')
}

const head = (program: Command): string => `# Command line

Made from the verbs themselves by \`node --conditions=floe-source tools/cli-reference.ts\`; every verb says the same with
\`--help\`. \`floe up\`, \`down\`, \`status\`, \`test\` and \`bench\` belong to the machine and say theirs.

Every verb takes:

${program.options.map(optionLine).join('\n')}

Without \`--data\` and \`--url\` it goes to \`FLOE_URL\` or the last login, else to the Floe of this machine, over its socket
and without a login. \`FLOE_TOKEN\` is used instead of the token of a login. \`NO_COLOR=1\` prints without colour.

A table shows what cannot be seen in a name as \`\\u202e\`; \`-o json\` gives every name exactly. Lists in JSON are arrays.

## Exit codes

| code | meaning |
|---|---|
${exitWords.map(([code, words]) => `| ${code} | ${words} |`).join('\n')}
`

type Leaf = { readonly command: Command; readonly name: string }

const leaves = (at: Command, before = 'floe'): readonly Leaf[] =>
  at.commands
    .filter((one) => one.name() !== 'complete')
    .flatMap((command) => {
      const name = `${before} ${command.name()}`
      return command.commands.length > 0 ? leaves(command, name) : [{ command, name }]
    })

function section({ command, name }: Leaf): string {
  const usage = [
    name,
    ...command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`)),
  ]
  const entries = [
    ...command.registeredArguments.map((one) => entry(`<${one.name()}>`, one.description)),
    ...command.options.map(optionLine),
  ]
  return [
    `## ${name}\n`,
    `\`${usage.join(' ')}${command.options.length > 0 ? ' [options]' : ''}\`\n`,
    `${command.description().replaceAll('\n', '\n\n')}\n`,
    ...(entries.length > 0 ? [`${entries.join('\n')}\n`] : []),
    `\`\`\`sh\n${examplesOf(command).join('\n')}\n\`\`\`\n`,
  ].join('\n')
}

function optionLine(option: Option): string {
  const more = [
    ...(option.argChoices ? [`One of: ${option.argChoices.join(', ')}.`] : []),
    ...(option.defaultValue === undefined || option.negate ? [] : [`Default: ${String(option.defaultValue)}.`]),
    ...(option.mandatory ? ['Needed.'] : []),
  ]
  return entry(option.flags, [option.description, ...more].join(' '))
}

const entry = (what: string, words: string): string => `- \`${what}\`${words === '' ? '' : `: ${words}`}`

if (import.meta.main) {
  const text = await cliReference()
  if (existsSync(path) && readFileSync(path, 'utf8') === text) console.log('docs/reference/cli.md is current.')
  else {
    writeFileSync(path, text)
    console.log('Written: docs/reference/cli.md')
  }
}
