/** What is wrong with one field, completing a sentence: `name` `must have 63 characters at most`. */
export type FieldError = { readonly field: string; readonly why: string }

type Fault = {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** The validator's faults as sentences about fields, at most 20, one a field. */
export function wordsOf(faults: readonly Fault[]): FieldError[] {
  const all = faults.flatMap(toWords)
  const first = new Map<string, FieldError>()
  // A union reports each branch that did not match; the first fault of a field is the nearest.
  for (const error of all) if (!first.has(error.field)) first.set(error.field, error)
  return [...first.values()].slice(0, 20)
}

function toWords(fault: Fault): FieldError[] {
  const at = fieldOf(fault.instancePath)
  const params = fault.params as Readonly<Record<string, unknown>>
  switch (fault.keyword) {
    case 'required':
      return (params['requiredProperties'] as string[]).map((key) => ({ field: joined(at, key), why: 'is missing' }))
    case 'additionalProperties':
      return (params['additionalProperties'] as string[]).map((key) => ({
        field: joined(at, key.slice(0, 80)),
        why: 'is not known here',
      }))
    case 'boolean':
      return [] // said again, better, by additionalProperties
    default:
      return [{ field: at || 'body', why: whyOf(fault, params) }]
  }
}

function whyOf(fault: Fault, params: Readonly<Record<string, unknown>>): string {
  const limit = Number(params['limit'])
  switch (fault.keyword) {
    case 'type':
      return `must be ${typeWords[params['type'] as string] ?? `a ${params['type'] as string}`}`
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'minimum':
      return `must be ${limit} or more`
    case 'maximum':
      return `must be ${limit} or less`
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have ${limit} characters or more`
    case 'maxLength':
      return `must have ${limit} characters or fewer`
    case 'minItems':
      return `must have ${limit} items or more`
    case 'maxItems':
      return `must have ${limit} items or fewer`
    case 'pattern':
      return patternWords[params['pattern'] as string] ?? `must match ${String(params['pattern'])}`
    case 'anyOf':
      return 'has none of the forms allowed here'
    default:
      return fault.message
  }
}

const typeWords: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const patternWords: Readonly<Record<string, string>> = {
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$':
    'may have letters, digits, dot, underscore and hyphen, 63 at most, and begins with a letter or digit',
  '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$': 'must be an id',
}

/** `/disks/0/size` as people and programs write it: `disks.0.size`. */
const fieldOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 80))
    .join('.')

const joined = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`)
