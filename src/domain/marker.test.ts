import { parse } from '@floe/xml'
import { expect, test } from 'vitest'

import { isBelievable, type Marker, markerNamespace, parseMarker, toMarkerMetadata, withMarker } from './index.ts'
import { markerElement } from './marker.ts'

const marker: Marker = { id: 'v', floe: 'f', task: 't', tags: ['a', '<b/>'], notes: 'x\n "y" & z', protected: true }
const inDomain = (metadata: string): string => `<domain><metadata>${metadata}</metadata></domain>`

test('a marker is read as it was written', () => {
  expect(parseMarker(inDomain(markerElement(marker).toString()))).toEqual(marker)
  const plain = { id: 'v', floe: 'f', tags: [], protected: false }
  expect(parseMarker(inDomain(markerElement(plain).toString()))).toEqual({
    ...plain,
    task: undefined,
    notes: undefined,
  })
})

test('what libvirt is given alone, it gives back alone', () => {
  expect(toMarkerMetadata({ ...marker, notes: undefined })).toBe(
    "<vm id='v' floe='f' task='t'><tag>a</tag><tag>&lt;b/&gt;</tag><protected/></vm>",
  )
  expect(parseMarker(toMarkerMetadata(marker))).toEqual(marker)
})

test('the namespace counts, not the prefix', () => {
  const vm = (prefix: string, uri: string): string =>
    inDomain(`<${prefix}:vm xmlns:${prefix}='${uri}' id='v' floe='f'/>`)
  expect(parseMarker(vm('x', markerNamespace))).toMatchObject({ id: 'v' })
  expect(parseMarker(vm('floe', 'urn:other'))).toBeUndefined()
  expect(parseMarker(inDomain(`<vm xmlns='${markerNamespace}' id='v' floe='f'><tag>t</tag></vm>`))?.tags).toEqual(['t'])
})

test('none and a damaged one are none', () => {
  expect(parseMarker('<domain/>')).toBeUndefined()
  expect(parseMarker(inDomain(`<f:vm xmlns:f='${markerNamespace}' id='v'/>`))).toBeUndefined()
  expect(parseMarker(parse(inDomain(`<f:vm xmlns:f='${markerNamespace}' id='' floe='f'/>`)).root)).toBeUndefined()
})

test('a document gets a marker in the place of the one it has, and the rest stays byte for byte', () => {
  const other = "<metadata><o:x xmlns:o='urn:o'/></metadata>"
  const marked = withMarker(`<domain><name>a</name>${other}</domain>`, marker)
  expect(parseMarker(marked)).toEqual(marker)
  expect(marked).toContain("<o:x xmlns:o='urn:o'/>")
  const again = withMarker(marked, { ...marker, adopted: true, task: 't2' })
  expect(parseMarker(again)).toEqual({ ...marker, adopted: true, task: 't2' })
  expect(again.match(/<floe:vm/g)).toHaveLength(1)
  expect(parseMarker(withMarker('<domain/>', marker))).toEqual(marker)
})

test('a marker that names no ids is not believed', () => {
  const id = '00000000-0000-4000-8000-00000000000A'
  expect(isBelievable({ ...marker, id, floe: id })).toBe(true)
  expect(isBelievable({ ...marker, id: 'x'.repeat(36), floe: id })).toBe(false)
})
