export type ServerSentEvent = { readonly event: string; readonly data: string; readonly id: string | undefined }

/** One message may not be longer: whoever sends more is not Floe. */
const limit = 16 * 1024 * 1024

/** A parser of server-sent events, fed in any pieces. Source: WHATWG HTML, 9.2.6. */
export function eventParser(): (bytes: Uint8Array) => ServerSentEvent[] {
  const decoder = new TextDecoder()
  let rest = ''
  let event = ''
  let data: string[] = []
  let id: string | undefined

  const line = (text: string): ServerSentEvent | undefined => {
    if (text === '') {
      const complete = data.length > 0 ? { event: event || 'message', data: data.join('\n'), id } : undefined
      event = ''
      data = []
      id = undefined
      return complete
    }
    const colon = text.indexOf(':')
    if (colon === 0) return undefined
    const field = colon === -1 ? text : text.slice(0, colon)
    const value = colon === -1 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id' && !value.includes('\0')) id = value
    return undefined
  }

  return (bytes) => {
    rest += decoder.decode(bytes, { stream: true })
    // A carriage return at the very end may be the first half of CR LF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length + data.reduce((sum, one) => sum + one.length, 0) > limit) {
      throw new Error(`a message of more than ${limit / 1024 / 1024} MiB came`)
    }
    return lines.map(line).filter((one) => one !== undefined)
  }
}
