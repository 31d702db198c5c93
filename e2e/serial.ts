import type { Page } from 'playwright-core'

import { until } from '../testbed/until.ts'

/** What the serial console on a page shows, as a person would read it. */
export async function serialText(page: Page): Promise<string> {
  const rows = await page.locator('.xterm-rows > div').allTextContents()
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n')
}

/** Waits until the serial console shows something, or until `shows` says that it does; answers the whole text. */
export async function serialShows(page: Page, shows: string | ((text: string) => boolean)): Promise<string> {
  let text = ''
  const what = typeof shows === 'string' ? `"${shows}" on the serial console` : 'what is awaited on the serial console'
  await until(
    what,
    async () => {
      text = await serialText(page)
      return typeof shows === 'string' ? text.includes(shows) : shows(text)
    },
    60_000,
  ).catch((cause: unknown) => {
    throw new Error(`The serial console shows:\n${text}`, { cause })
  })
  return text
}

/** Types a command into the serial console, which has the keys. */
export async function typeCommand(page: Page, command: string): Promise<void> {
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}

/** How many colours the guest’s screen shows; a blank one shows one. */
export const screenColours = (page: Page): Promise<number> =>
  page.locator('.console__guest canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas
    if (width === 0) return 0
    const pixels = new Uint32Array(canvas.getContext('2d')!.getImageData(0, 0, width, height).data.buffer)
    return new Set(pixels).size
  })
