import { apiError } from '../../api/index.ts'

export const maxDepth = 32

/** Parses a request's body. Refuses what is not UTF-8 or not JSON, what nests deeper than 32 and keys that reach
 *  into an object's prototype. `undefined` for no bytes. Throws `malformed`. */
export function readJson(bytes: Buffer, route: { readonly method: string; readonly path: string }): unknown {
  if (bytes.length === 0) return undefined
  const refuse = (why: string, cause?: unknown) => apiError('malformed', { ...route, why }, cause)
  if (depthOf(bytes) > maxDepth) throw refuse(`it nests deeper than ${maxDepth}`)
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch (error) {
    throw refuse('it is not UTF-8', error)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refuse('it is not JSON', error)
  }
  // An escape can spell any key, so its mere presence is enough to look.
  if ((text.includes('__proto__') || text.includes('\\u')) && hasPrototypeKey(value)) {
    throw refuse('it has the key __proto__')
  }
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Depth of arrays and objects, counted before parsing: a recursive reader of a deep value would run out of stack. */
function depthOf(bytes: Buffer): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return deepest
}

function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey)
}
