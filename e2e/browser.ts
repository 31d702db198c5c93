import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import type { AxeResults } from 'axe-core'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

import type { Host } from '../testbed/host.ts'
import { scratch } from '../testbed/scratch.ts'

export type Theme = 'light' | 'dark'
export type TabOptions = {
  readonly theme?: Theme
  readonly width?: number
  readonly height?: number
  /** What the browser may complain about, because the test breaks it on purpose. */
  readonly mayComplain?: RegExp
  /** Runs in every page before the page's own scripts, e.g. to take away what a browser may lack. */
  readonly before?: () => void
}

/** One person's browser: its tabs share cookies, storage and the worker that holds the change stream. */
export type Person = AsyncDisposable & {
  readonly context: BrowserContext
  readonly page: Page
  /** Requests and errors that a page of the product must never cause. */
  readonly trouble: readonly string[]
  /** Another tab of the same browser. */
  tab(path?: string): Promise<Page>
  /** Fails when any tab had an error, a violation of the content policy or a call outside of Floe. */
  expectNoTrouble(): void
}

export type Browser = AsyncDisposable & { person(url: string, options?: TabOptions): Promise<Person> }

const patienceMs = 30_000
const shots = join(import.meta.dirname, '../.build/e2e')

/** Debian's Chromium without its sandbox (tests run as root); `beside`: in a test host's network, where nothing else is. */
export async function startBrowser(beside?: Pick<Host, 'initPid'>): Promise<Browser> {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('browser'))
  const program = join(folder.path, 'chromium')
  const enter = beside ? `nsenter --target ${beside.initPid} --net ` : ''
  await writeFile(program, `#!/bin/sh\nexec ${enter}/usr/bin/chromium "$@"\n`, { mode: 0o755 })
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  made.defer(() => browser.close())
  const owned = made.move()
  return {
    person: async (url, options = {}) => {
      const context = await browser.newContext({
        baseURL: url,
        viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
        colorScheme: options.theme ?? 'light',
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
      })
      context.setDefaultTimeout(patienceMs)
      if (options.before) await context.addInitScript(options.before)
      const trouble: string[] = []
      watch(context, url, (line) => {
        if (options.mayComplain?.test(line) !== true) trouble.push(line)
      })
      const page = await context.newPage()
      return {
        context,
        page,
        trouble,
        tab: async (path) => {
          const another = await context.newPage()
          if (path !== undefined) await another.goto(path)
          return another
        },
        expectNoTrouble: () => {
          const lines = trouble.splice(0)
          if (lines.length > 0) throw new Error(`The page had trouble:\n${lines.join('\n')}`)
        },
        [Symbol.asyncDispose]: () => context.close(),
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function watch(context: BrowserContext, url: string, note: (line: string) => void): void {
  context.on('weberror', (event) => note(`error: ${event.error().stack ?? event.error().message}`))
  context.on('console', (message) => {
    // A refusal is an answer like any other; the browser puts every one into its log.
    const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !refusal) note(`console: ${message.text()}`)
  })
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(url)) note(`asks for ${request.url()}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 500) note(`${response.request().method()} ${response.url()} answers ${response.status()}`)
  })
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The accessibility findings of a page that keep somebody from using it, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => {
      const [first] = nodes
      return `${new URL(page.url()).pathname}: ${id}: ${help} (${nodes.length}×) ${first?.html.slice(0, 200)} ${first?.failureSummary ?? ''}`
    })
}

/** Keeps a picture of the page in .build/e2e, for whoever looks why a test failed. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name.replaceAll(/[^\w-]+/g, '-')}.png`) })
}
