import { setImmediate as others } from 'node:timers/promises'

import type { XmlDocument } from './document.ts'
import { Parser, type ParseLimits } from './parser.ts'
import { XmlError } from './xml-error.ts'

/** Reads a document. `parse(x).toString() === x` for every well-formed document without a DTD.
 *  Throws `XmlError`. Source: XML 1.0, fifth edition; a byte array has to be UTF-8. */
export function parse(input: string | Uint8Array, limits: ParseLimits = {}): XmlDocument {
  const parser = new Parser(textOf(input, limits), limits)
  parser.checkCharacters(0, parser.length)
  while (parser.next()) continue
  return parser.document()
}

export type SliceOptions = ParseLimits & {
  /** How long others wait for their turn, in ms; 5 without it. */
  readonly sliceMs?: number
  readonly signal?: AbortSignal
}

/** The same in slices: whatever else this process has to do comes in between, so that a document of 1 MB (17 ms and more)
 *  holds nobody up. Rejects with `XmlError`, or with the signal's reason. */
export async function parseInSlices(input: string | Uint8Array, options: SliceOptions = {}): Promise<XmlDocument> {
  const { sliceMs = 5, signal } = options
  signal?.throwIfAborted()
  const parser = new Parser(textOf(input, options), options)
  const turn = turns(sliceMs, signal)
  for (let at = 0; at < parser.length; await turn())
    at = parser.checkCharacters(at, Math.min(at + piece, parser.length))
  for (let tokens = 1; parser.next(); tokens++) if (tokens % tokensBetweenLooks === 0) await turn()
  return parser.document()
}

/** UTF-16 units whose characters are checked at once: 0.3 ms. */
const piece = 262_144
/** Looking at the clock costs as much as half a token. */
const tokensBetweenLooks = 32

/** Gives way to others once the slice is over. */
function turns(sliceMs: number, signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let began = performance.now()
  const giveWay = async (): Promise<void> => {
    await others()
    signal?.throwIfAborted()
    began = performance.now()
  }
  return () => (performance.now() - began < sliceMs ? undefined : giveWay())
}

function textOf(input: string | Uint8Array, { maxLength = 4 * 1024 * 1024 }: ParseLimits): string {
  if (input.length > maxLength) {
    throw new XmlError('limit', `The document has ${input.length} characters; at most ${maxLength} are read.`)
  }
  return typeof input === 'string' ? input : decode(input)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new XmlError('encoding', 'The document is not UTF-8; convert it first.')
  }
}
