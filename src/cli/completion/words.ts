import type { Command, Option } from 'commander'

/** What could come next on a command line: words, or the kind of object whose names could. */
export type Next =
  | { readonly kind: 'words'; readonly words: readonly { readonly word: string; readonly about: string }[] }
  | { readonly kind: 'names'; readonly of: string }
  | { readonly kind: 'files' }

/** What could come next after `words`, whose last one is being typed (and may be empty). Pure over the program. */
export function nextOf(program: Command, words: readonly string[]): Next {
  const typed = words.at(-1) ?? ''
  let at = program
  let argument = 0
  let pending: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (pending) {
      pending = undefined
    } else if (word.startsWith('-')) {
      const option = optionsOf(program, at).find((one) => one.short === word || one.long === word)
      pending = option && takesValue(option) ? option : undefined
    } else {
      const verb = at.commands.find((one) => one.name() === word)
      if (verb) at = verb
      else argument++
    }
  }
  if (pending) return valueOf(pending)
  if (typed.startsWith('-')) return options(program, at)
  const verbs = at.commands.filter((one) => one.description() !== '')
  if (verbs.length > 0) {
    return { kind: 'words', words: verbs.map((one) => ({ word: one.name(), about: firstLine(one.description()) })) }
  }
  const expected = at.registeredArguments[argument]
  if (!expected) return options(program, at)
  if (expected.argChoices) return plain(expected.argChoices)
  return named(at, expected.name())
}

const optionsOf = (program: Command, at: Command): readonly Option[] => [...at.options, ...program.options]
const takesValue = (option: Option): boolean => option.required || option.optional

const options = (program: Command, at: Command): Next => ({
  kind: 'words',
  words: optionsOf(program, at).map((option) => ({
    word: option.long ?? option.flags,
    about: firstLine(option.description),
  })),
})

function valueOf(option: Option): Next {
  if (option.argChoices) return plain(option.argChoices)
  const name = option.attributeName()
  if (name === 'data' || name === 'ca') return { kind: 'files' }
  const objects: Readonly<Record<string, string>> = {
    host: 'host',
    vm: 'vm',
    pool: 'pool',
    network: 'network',
    iso: 'iso',
  }
  return objects[name] === undefined ? plain([]) : { kind: 'names', of: objects[name] }
}

/** An argument is completed with the names of objects that are there; a new object's name is nobody's. */
function named(at: Command, argument: string): Next {
  const known = ['vm', 'host', 'task', 'user']
  if (argument === 'file') return { kind: 'files' }
  return known.includes(argument) && at.name() !== 'create' ? { kind: 'names', of: argument } : plain([])
}

const plain = (words: readonly string[]): Next => ({ kind: 'words', words: words.map((word) => ({ word, about: '' })) })
const firstLine = (text: string): string => text.split('\n')[0]!
