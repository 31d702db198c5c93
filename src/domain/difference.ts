import { attributeValue, parse, type XmlElement } from '@floe/xml'

import { deviceWords, fieldWords, isSize, summaryOf, valueText } from './difference-words.ts'
import { keyed } from './element-keys.ts'
import { isSecret } from './secret-parts.ts'

/** One thing that two documents of one VM tell differently. */
export type Difference = {
  /** Where it stands: `devices/disk[vdb]/source@file`. */
  readonly path: string
  /** In human words: `memory`, `disk vdb`; the path where there are none. */
  readonly field: string
  /** With its unit; `undefined`: was not there. A secret is never shown. */
  readonly before: string | undefined
  /** `undefined`: is gone. */
  readonly after: string | undefined
}

/** What changed from one domain document to another, in the document's order; nothing when they mean the same.
 *  Passwords never show: only that one changed. Throws `XmlError`. */
export function difference(beforeXml: string, afterXml: string): Difference[] {
  const found: Difference[] = []
  compare({ path: '', words: '' }, parse(beforeXml).root, parse(afterXml).root, found)
  return found
}

/** One line for people: `memory 2048 MiB → 4096 MiB`, `vCPUs at start set to 2`, `disk vdb added: /srv/data.qcow2`. */
export function differenceLine({ path, field, before, after }: Difference): string {
  if (isAttribute(path) && before === undefined) return `${field} set to ${after}`
  if (isAttribute(path) && after === undefined) return `${field} no longer set, was ${before}`
  if (before === undefined) return `${field} added${after ? `: ${after}` : ''}`
  if (after === undefined) return `${field} removed${before ? `: ${before}` : ''}`
  return `${field} ${before} → ${after}`
}

const isAttribute = (path: string): boolean => /@[^/\]]+$/.test(path)

/** Where a comparison stands: the path with keys, and the device in words (`disk vdb`). */
type Place = { readonly path: string; readonly words: string }

function compare(place: Place, before: XmlElement, after: XmlElement, found: Difference[]): void {
  compareAttributes(place, before, after, found)
  const [left, right] = [keyed(before), keyed(after)]
  // A value with its unit is one thing, compared as a size.
  if (left.size === 0 && right.size === 0) report(place, valueText(before), valueText(after), found)
  for (const key of merged(left, right)) {
    const [was, is] = [left.get(key), right.get(key)]
    const inside = placeOf(place, key, (was ?? is)!)
    if (was && is) compare(inside, was, is, found)
    else if (!isLiveOnly(inside.path)) found.push(appeared(inside, was, is))
  }
}

function compareAttributes(place: Place, before: XmlElement, after: XmlElement, found: Difference[]): void {
  const names = new Set([...before.attributes, ...after.attributes].map((one) => one.name))
  for (const name of names) {
    if ((name === 'unit' && isSize(before)) || name.startsWith('xmlns')) continue
    report({ ...place, path: `${place.path}@${name}` }, attribute(before, name), attribute(after, name), found)
  }
}

function attribute(element: XmlElement, name: string): string | undefined {
  const found = element.attributes.find((one) => one.name === name)
  return found && attributeValue(found)
}

function report(place: Place, before: string | undefined, after: string | undefined, found: Difference[]): void {
  if (before === after || isLiveOnly(place.path)) return
  const field = fieldWords(place.path, place.words)
  if (!isSecret(place.path)) found.push({ path: place.path, field, before, after })
  else {
    const hidden = (value: string | undefined, word: string): string | undefined => (value === undefined ? value : word)
    found.push({
      path: place.path,
      field,
      before: hidden(before, 'hidden'),
      after: hidden(after, before === undefined ? 'hidden' : 'changed'),
    })
  }
}

function appeared(place: Place, was: XmlElement | undefined, is: XmlElement | undefined): Difference {
  const show = (element: XmlElement | undefined): string | undefined => element && summaryOf(element, place.path)
  return { path: place.path, field: fieldWords(place.path, place.words), before: show(was), after: show(is) }
}

function placeOf(parent: Place, key: string, element: XmlElement): Place {
  const path = parent.path === '' ? key : `${parent.path}/${key}`
  const isDevice = parent.path === 'devices'
  return { path, words: isDevice ? deviceWords(key, element) : parent.words }
}

// Names that libvirt gives while it runs, which nobody chose.
const isLiveOnly = (path: string): boolean => path === '@id' || /\/alias(?:@name)?$/.test(path)

/** Both lists in one order: what is gone stands where it stood. */
function merged(before: ReadonlyMap<string, XmlElement>, after: ReadonlyMap<string, XmlElement>): Set<string> {
  const keys = new Set<string>()
  const rest = after.keys()
  for (const key of before.keys()) {
    if (!after.has(key) || keys.has(key)) {
      keys.add(key)
      continue
    }
    for (const next of rest) {
      keys.add(next)
      if (next === key) break
    }
  }
  for (const key of after.keys()) keys.add(key)
  return keys
}
