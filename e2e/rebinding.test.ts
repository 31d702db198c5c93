import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { newId, type HostId, type VmId } from '../src/base/ids.ts'
import { handler } from '../src/controller/http/handler.ts'
import { testServer, type TestServer } from '../src/controller/http/testing.ts'

/** A name of the attacker's that resolves to the loopback address, as DNS rebinding makes it. */
const evil = 'evil.example'

let begun = 0
let floe: TestServer
let browser: Browser
let context: BrowserContext
beforeAll(async () => {
  const vm = newId<VmId>()
  floe = await testServer({
    handlers: [
      handler('startVm', () => {
        begun++
        return Promise.reject(new Error('A page elsewhere started a VM.'))
      }),
    ],
    consoleHosts: { find: (name) => Promise.resolve({ id: vm, name, host: newId<HostId>() }) },
  })
  const { headers } = await floe.logIn()
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      `--host-resolver-rules=MAP ${evil} 127.0.0.1`,
      // Newer browsers keep pages away from loopback by themselves; Floe must not depend on it.
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
    ],
  })
  context = await browser.newContext()
  // The administrator is logged in, in the same browser; the worst case has the cookie for the attacker's name too.
  const [name, value] = headers.cookie.split('=') as [string, string]
  for (const url of [floe.url, `http://${evil}:${floe.port}`]) await context.addCookies([{ name, value, url }])
})
afterAll(async () => {
  await browser?.close()
  await floe?.[Symbol.asyncDispose]()
})

/** What the attack uses of a page's document. */
type Element = {
  name: string
  method: string
  target: string
  action: string
  submit(): void
  addEventListener(event: 'load', heard: () => void): void
}
type PageGlobals = {
  document: { createElement(name: string): Element; body: { append(...elements: Element[]): void } }
}

/** Everything a page can try against `target`, each as a sentence of what it got. Runs in the page. */
const attack = async (target: string): Promise<string[]> => {
  const got: string[] = []
  const settled = (name: string, work: Promise<string>): Promise<void> =>
    work.then(
      (what) => void got.push(`${name}: ${what}`),
      () => void got.push(`${name}: nothing`),
    )
  const call = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(target + path, init)
    const text = response.type === 'opaque' ? '' : await response.text()
    return `${response.type} ${response.status} ${text.includes('foreign_origin') ? 'refused' : text.slice(0, 80)}`
  }
  const modes = ['cors', 'no-cors'] as const
  for (const mode of modes) {
    const init = { mode, credentials: 'include' } as const
    await settled(`read the session, ${mode}`, call('/api/v1/session', init))
    await settled(`read the page, ${mode}`, call('/', init))
    await settled(`read the health, ${mode}`, call('/healthz', init))
    await settled(`start a VM, ${mode}`, call('/api/v1/vms/web/start', { ...init, method: 'POST' }))
    const ticket = { method: 'POST', body: '{"kind":"vnc"}', headers: { 'content-type': 'text/plain' } }
    await settled(`ask for a ticket, ${mode}`, call('/api/v1/vms/web/consoles', { ...init, ...ticket }))
  }
  await settled(
    'follow the changes',
    new Promise((resolve, reject) => {
      const source = new EventSource(`${target}/api/v1/changes/stream`, { withCredentials: true })
      source.addEventListener('hello', () => resolve('a stream'))
      source.addEventListener('error', () => {
        source.close()
        reject(new Error('refused'))
      })
    }),
  )
  await settled(
    'open a console',
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}/api/v1/consoles/socket`)
      socket.addEventListener('open', () => resolve('a socket'))
      socket.addEventListener('error', () => reject(new Error('refused')))
    }),
  )
  await settled(
    'send a form',
    new Promise((resolve) => {
      const { document } = globalThis as unknown as PageGlobals
      const frame = document.createElement('iframe')
      frame.name = 'answer'
      const form = document.createElement('form')
      form.method = 'post'
      form.target = 'answer'
      form.action = `${target}/api/v1/vms/web/start`
      document.body.append(frame, form)
      frame.addEventListener('load', () => resolve('a page that cannot be read'))
      form.submit()
    }),
  )
  return got
}

/** What Floe answered to requests while `act` ran. */
async function statusesDuring(act: () => Promise<void>): Promise<number[]> {
  const before = floe.logged.length
  await act()
  return floe.logged
    .slice(before)
    .map((line) => JSON.parse(line) as { status?: number; msg: string })
    .filter(({ msg }) => msg === 'answered' || msg.startsWith('A socket was refused'))
    .map(({ status }) => status!)
}

async function attackFrom(page: Page, target: string): Promise<string[]> {
  let got: string[] = []
  const statuses = await statusesDuring(async () => {
    got = await page.evaluate(attack, target)
  })
  expect(statuses.length).toBeGreaterThan(5)
  expect([...new Set(statuses)]).toEqual([403])
  expect(begun).toBe(0)
  return got
}

test('a page on a name that was rebound to loopback gets no call, stream, socket or page of Floe', async () => {
  const page = await context.newPage()
  const origin = `http://${evil}:${floe.port}`
  // While the name still led to the attacker it served this page; since then it leads to Floe.
  await page.route(`${origin}/attack`, (route) => route.fulfill({ contentType: 'text/html', body: '<p>Hello' }))
  await page.goto(`${origin}/attack`)
  await page.unroute(`${origin}/attack`)
  const got = await attackFrom(page, origin)
  // To the browser it is one origin, so the page reads the answers: each is the refusal.
  for (const what of got) expect(what).toMatch(/: nothing$|403 refused$|cannot be read$/)
  expect(got.filter((what) => what.endsWith('403 refused')).length).toBeGreaterThanOrEqual(5)
  await page.close()
})

test('a page of another site gets nothing, though the administrator is logged in in the same browser', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>Hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const page = await context.newPage()
  await page.goto(`http://${evil}:${port}/`)
  const got = await attackFrom(page, floe.url)
  for (const what of got) expect(what).toMatch(/: nothing$|opaque 0 $|cannot be read$/)
  await page.close()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('the same calls are answered when Floe’s own address asks, so the attack above is a real one', async () => {
  const page = await context.newPage()
  await page.route(`${floe.url}/own`, (route) => route.fulfill({ contentType: 'text/html', body: '<p>Floe' }))
  await page.goto(`${floe.url}/own`)
  const got = await page.evaluate(attack, floe.url)
  expect(got).toContain('follow the changes: a stream')
  expect(got).toContain('open a console: a socket')
  expect(got.find((what) => what.startsWith('read the session, cors'))).toContain('basic 200')
  // Even here what changes something needs the token of the page.
  expect(begun).toBe(0)
  await page.close()
})
