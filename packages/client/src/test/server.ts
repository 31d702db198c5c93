import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Handler = (request: Received, response: ServerResponse) => void | Promise<void>
export type Received = IncomingMessage & { readonly text: string }

export type TestServer = AsyncDisposable & {
  readonly url: string
  readonly server: Server
  /** Every request so far: `GET /api/v1/vms?limit=2`. */
  readonly seen: readonly string[]
}

/** An HTTP server on a free port of the loopback address; disposing of it cuts every connection. */
export async function testServer(handle: Handler): Promise<TestServer> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    void read(request).then((text) => handle(Object.assign(request, { text }), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body))
}

export const problem = (code: string, status: number, title: string) => ({
  type: `/errors/${code}`,
  code,
  status,
  title,
})

/** Opens an event stream; the answer sends one message. */
export function eventStream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  return (event: string, data: unknown, id?: number) => {
    response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}
