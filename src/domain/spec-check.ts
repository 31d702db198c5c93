import { textProblem } from '@floe/xml'

import { isUuid } from '../base/ids.ts'
import { SpecError } from './spec-error.ts'

// Each check throws `SpecError`; `label` begins its sentence.

export function checkText(field: string, label: string, text: string, maxLength: number): void {
  const problem = textProblem(text)
  if (problem !== undefined) throw new SpecError(field, `${label} ${problem}`)
  if (text.length > maxLength) {
    throw new SpecError(field, `${label} has ${text.length} characters; at most ${maxLength} are kept.`)
  }
}

/** Text on one line that is not empty. */
export function checkLine(field: string, label: string, text: string, maxLength: number): void {
  checkText(field, label, text, maxLength)
  if (text.trim() === '') throw new SpecError(field, `${label} is empty.`)
  if (/[\r\n]/.test(text)) throw new SpecError(field, `${label} has more than one line; write it in one.`)
}

/** A word that QEMU knows, such as a model: nothing that could be read as another option. */
export function checkWord(field: string, label: string, text: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(text)) return
  throw new SpecError(field, `${label} is a word of letters, digits, ".", "_", "+" and "-", like q35 or virtio.`)
}

// The kernel's PATH_MAX counts the terminating zero.
export function checkPath(field: string, label: string, path: string): void {
  checkLine(field, label, path, 4095)
  if (!path.startsWith('/')) throw new SpecError(field, `${label} is no absolute path; it begins with "/".`)
  if (path.split('/').includes('..'))
    throw new SpecError(field, `${label} leads upwards with ".."; name the place itself.`)
}

export function checkUuid(field: string, label: string, uuid: string): void {
  if (!isUuid(uuid)) {
    throw new SpecError(
      field,
      `${label} is no UUID; it looks like 3f1c1e0e-5b8e-4f7b-9d63-2a1f0c9b7d10, in lower case.`,
    )
  }
}

export function checkInteger(field: string, label: string, value: number, range: { min: number; max: number }): void {
  if (Number.isSafeInteger(value) && value >= range.min && value <= range.max) return
  throw new SpecError(field, `${label} is a whole number from ${range.min} to ${range.max}, not ${value}.`)
}

/** Unicast, as every card has: the lowest bit of the first byte is clear. */
export function checkMac(field: string, mac: string): void {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(mac)) {
    throw new SpecError(field, 'A MAC address has six pairs, like 52:54:00:1f:3a:07.')
  }
  if (Number.parseInt(mac.slice(0, 2), 16) & 1) {
    throw new SpecError(field, `${mac} is a multicast address; a network card's first pair is even, like 52.`)
  }
}

/** The name of a pool, volume or network: libvirt makes file names of it. */
export function checkObjectName(field: string, label: string, name: string): void {
  checkLine(field, label, name, 200)
  if (name.includes('/')) throw new SpecError(field, `${label} has a "/", which no file name has.`)
  if (name === '.' || name === '..') throw new SpecError(field, `${label} cannot be "${name}".`)
}
