import type { XmlElement } from '@floe/xml'

import { type Bytes, MiB } from '../base/units.ts'

const letters = 'kmgtpe'

/** A number of bytes with libvirt's unit: `b`, `KB` (1000), `k` and `KiB` (1024), up to `EiB`, in any case.
 *  `undefined` for what is no size. Source: libvirt's formatdomain, "memory". */
export function toBytes(text: string | undefined, unit: string): Bytes | undefined {
  if (text === undefined || !/^\s*[0-9]+\s*$/.test(text)) return undefined
  const scale = scaleOf(unit.toLowerCase())
  return scale === undefined ? undefined : Number(text) * scale
}

function scaleOf(unit: string): number | undefined {
  if (unit === 'b' || unit === 'byte' || unit === 'bytes') return 1
  const power = letters.indexOf(unit.slice(0, 1)) + 1
  if (unit === '' || power === 0) return undefined
  const rest = unit.slice(1)
  if (rest === '' || rest === 'ib') return 1024 ** power
  return rest === 'b' ? 1000 ** power : undefined
}

/** The size an element tells; without a `unit` attribute it is in `fallback`. */
export const bytesOf = (element: XmlElement | undefined, fallback: 'KiB' | 'bytes'): Bytes | undefined =>
  toBytes(element?.text(), element?.attr('unit') ?? fallback)

/** The same in MiB, rounded up: a guest that has a byte more needs a MiB more. */
export function mebibytesOf(element: XmlElement | undefined, fallback: 'KiB' | 'bytes' = 'KiB'): number | undefined {
  const bytes = bytesOf(element, fallback)
  return bytes === undefined ? undefined : Math.ceil(bytes / MiB)
}
