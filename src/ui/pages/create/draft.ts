import type { VmCreate } from '../../data/resources.ts'

export type From = VmCreate['from']

/** What is filled in so far; empty means "chosen for you". */
export type Draft = {
  readonly name: string
  readonly from: From
  readonly host: string
  readonly memoryMiB: string
  readonly vcpus: string
  /** "pool/volume" of the ISO or the existing disk. */
  readonly volume: string
  readonly diskGiB: string
  readonly diskPool: string
  /** undefined: chosen for you; an empty list: none. */
  readonly networks: readonly string[] | undefined
  readonly firmware: '' | 'bios' | 'uefi'
  readonly tags: string
  readonly notes: string
}

export const emptyDraft = (from: string | undefined): Draft => ({
  name: '',
  from: from === 'iso' || from === 'disk' || from === 'empty' ? from : 'sample',
  host: '',
  memoryMiB: '',
  vcpus: '',
  volume: '',
  diskGiB: '',
  diskPool: '',
  networks: undefined,
  firmware: '',
  tags: '',
  notes: '',
})

export const tagsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((tag) => tag !== '')

/** A pool's name holds no slash; a volume's may. */
export const splitVolume = (text: string): { readonly pool: string; readonly volume: string } => {
  const slash = text.indexOf('/')
  return { pool: text.slice(0, slash), volume: text.slice(slash + 1) }
}

const figure = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text))

const disksOf = (draft: Draft): VmCreate['disks'] => {
  const sizeGiB = draft.from === 'sample' ? undefined : figure(draft.diskGiB)
  const fresh = sizeGiB === undefined ? [] : [{ sizeGiB, ...(draft.diskPool === '' ? {} : { pool: draft.diskPool }) }]
  const given = draft.from === 'disk' && draft.volume !== '' ? [splitVolume(draft.volume)] : []
  return given.length + fresh.length === 0 ? undefined : [...given, ...fresh]
}

/** The call that a draft without faults amounts to. What is left empty is left out, so that Floe chooses it and says why. */
export const bodyOf = (draft: Draft, start: boolean): VmCreate => {
  const memoryMiB = figure(draft.memoryMiB)
  const vcpus = figure(draft.vcpus)
  const disks = disksOf(draft)
  const tags = tagsOf(draft.tags)
  return {
    name: draft.name,
    from: draft.from,
    ...(draft.host === '' ? {} : { host: draft.host }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(draft.from === 'iso' && draft.volume !== '' ? { iso: splitVolume(draft.volume) } : {}),
    ...(disks === undefined ? {} : { disks }),
    ...(draft.networks === undefined ? {} : { networks: [...draft.networks] }),
    ...(draft.firmware === '' ? {} : { firmware: draft.firmware }),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(draft.notes === '' ? {} : { notes: draft.notes }),
    ...(start ? { start: true } : {}),
  }
}

/** What the form itself still lacks; everything else is the API's to say. */
export const lacks = (draft: Draft): string | undefined => {
  if (draft.name === '') return 'It needs a name.'
  if (draft.from === 'iso' && draft.volume === '') return 'Choose an ISO image.'
  if (draft.from === 'disk' && draft.volume === '') return 'Choose a disk.'
  return undefined
}
