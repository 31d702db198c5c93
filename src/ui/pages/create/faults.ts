import { operations, type Schema } from '@floe/client'

import { tagsOf, type Draft } from './draft.ts'

/** What is wrong with a field as it is filled in, whatever the others hold: a sentence by the API's name of it. */
export type Faults = Readonly<Partial<Record<'name' | 'vcpus' | 'memoryMiB' | 'disks' | 'tags', string>>>

const fields: Readonly<Record<string, Schema>> = operations.createVm.body.properties

/** The API's own limits of a figure. */
export type Limits = { readonly least: number; readonly most: number; readonly above: boolean; readonly whole: boolean }

const limitsOf = (schema: Schema): Limits => ({
  least: Number(schema['minimum'] ?? schema['exclusiveMinimum']),
  most: Number(schema['maximum']),
  above: schema['minimum'] === undefined,
  whole: schema.type === 'integer',
})

const sizeOfDisk = (fields['disks']!.items!['anyOf'] as readonly Schema[])
  .map((form) => form.properties?.['sizeGiB'])
  .find((size) => size !== undefined)!

export const limits = {
  vcpus: limitsOf(fields['vcpus']!),
  memoryMiB: limitsOf(fields['memoryMiB']!),
  diskGiB: limitsOf(sizeOfDisk),
}

const patternOf = (schema: Schema): RegExp => new RegExp(String(schema['pattern']))
const nameShape = patternOf(fields['name']!)
const tagShape = patternOf(fields['tags']!.items!)
const tagsMost = Number(fields['tags']!['maxItems'])

/** Empty is no fault: it is chosen then. */
const isWithin = (text: string, { least, most, above, whole }: Limits): boolean => {
  if (text.trim() === '') return true
  const value = Number(text)
  return (above ? value > least : value >= least) && value <= most && (!whole || Number.isInteger(value))
}

const figure = (value: number): string => value.toLocaleString('en')
const span = ({ least, most, above }: Limits): string =>
  above ? `more than ${figure(least)}, ${figure(most)} at most` : `from ${figure(least)} to ${figure(most)}`

const shapeWords = 'letters, digits, dot, underscore and hyphen, begins with a letter or digit, and has at most 63.'

const tagsFault = (text: string): string | undefined => {
  const tags = tagsOf(text)
  if (tags.length > tagsMost) return `A VM has ${tagsMost} tags at most.`
  return tags.every((tag) => tagShape.test(tag)) ? undefined : `A tag has ${shapeWords}`
}

/** Every field that cannot stay as it is. An empty name is none: it is still to come. */
export const faultsOf = (draft: Draft): Faults => {
  const { name, vcpus, memoryMiB, diskGiB, from } = draft
  const tags = tagsFault(draft.tags)
  return {
    ...(name !== '' && !nameShape.test(name) && { name: `A name has ${shapeWords}` }),
    ...(!isWithin(vcpus, limits.vcpus) && { vcpus: `vCPUs are a whole number ${span(limits.vcpus)}.` }),
    ...(!isWithin(memoryMiB, limits.memoryMiB) && {
      memoryMiB: `Memory is a whole number of MiB ${span(limits.memoryMiB)}.`,
    }),
    ...(from !== 'sample' &&
      !isWithin(diskGiB, limits.diskGiB) && { disks: `The size of a disk in GiB is ${span(limits.diskGiB)}.` }),
    ...(tags !== undefined && { tags }),
  }
}
