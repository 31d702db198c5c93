import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'

export type Told = { readonly event: string; readonly id: string | undefined; readonly data: Record<string, unknown> }

/** A client of the change stream: messages in order, as EventSource would give them. */
export class Follower {
  readonly response: IncomingMessage
  readonly ended: Promise<void>
  beats = 0
  #text = ''
  #told: Told[] = []
  #wake = Promise.withResolvers<void>()
  #isEnded = false

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#take(text))
    response.on('error', () => {})
    this.ended = once(response, 'close').then(() => {
      this.#isEnded = true
      this.#wake.resolve()
      return undefined
    })
  }

  #take(text: string): void {
    this.#text += text
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop()!
    for (const block of blocks) {
      if (block.startsWith(':')) this.beats++
      else this.#told.push(toTold(block))
    }
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  async next(): Promise<Told> {
    while (this.#told.length === 0) {
      if (this.#isEnded) throw new Error('The stream ended.')
      await this.#wake.promise
    }
    return this.#told.shift()!
  }

  async changes(count: number): Promise<Told[]> {
    const some: Told[] = []
    while (some.length < count) some.push(await this.next())
    return some
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.response.destroy()
    await this.ended
  }
}

function toTold(block: string): Told {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const data = JSON.parse(fields.get('data')!) as Record<string, unknown>
  return { event: fields.get('event')!, id: fields.get('id'), data }
}

/** Opens the stream; the status is 200 for a follower. */
export async function follow(
  url: string,
  headers: Readonly<Record<string, string>>,
  query = '',
): Promise<{ readonly status: number; readonly follower: Follower }> {
  const asked = request(`${url}/api/v1/changes/stream${query}`, { headers, agent: false })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  asked.on('error', () => {})
  return { status: response.statusCode!, follower: new Follower(response) }
}
