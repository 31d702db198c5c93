import type { Socket } from 'node:net'

import type { WebSocket } from 'ws'

import { MiB } from '../../base/units.ts'
import { pagePeer, toBuffer } from './peer.ts'
import { greetPage } from './rfb.ts'
import type { SerialLine } from './serial-line.ts'

/** Codes with which a console's socket is closed. */
export const closing = { ended: 1000, leaving: 1001, refused: 1008, slow: 1013 } as const

const greetingMs = 10_000
/** Bytes on the way to a page: above the first the VNC server waits, which then skips frames by itself. */
const screenAtMost = MiB
const screenAgain = MiB / 4
/** A serial console cannot wait for one of its viewers; this one is cut off, and gets the scrollback when it returns. */
const serialAtMost = 4 * MiB

/** Joins a screen with the page until one of them ends or the signal cuts them. */
export async function spliceScreen(page: WebSocket, screen: Socket, signal: AbortSignal): Promise<void> {
  using cut = new DisposableStack()
  cut.defer(() => screen.destroy())
  const peer = pagePeer(page)
  page.resume()
  await greetPage(peer, AbortSignal.any([signal, AbortSignal.timeout(greetingMs)]))

  const toScreen = (bytes: Buffer): void => {
    if (screen.write(bytes) || page.isPaused) return
    page.pause()
    screen.once('drain', () => page.resume())
  }
  toScreen(peer.rest())
  page.on('message', (data) => toScreen(toBuffer(data)))
  screen.on('data', (bytes: Buffer) => {
    page.send(bytes, () => {
      if (page.bufferedAmount < screenAgain) screen.resume()
    })
    if (page.bufferedAmount > screenAtMost) screen.pause()
  })
  const ended = Promise.withResolvers<void>()
  screen.once('close', () => {
    page.resume()
    page.close(closing.ended, 'The screen was closed by the host.')
    ended.resolve()
  })
  signal.addEventListener('abort', () => ended.resolve())
  if (!signal.aborted) await ended.promise
}

/** Joins a serial console with one of its viewers until one of them ends or the signal cuts them. */
export async function spliceSerial(page: WebSocket, line: SerialLine, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ended.resolve())
  page.on('message', (data) => {
    if (signal.aborted || line.type(toBuffer(data))) return
    // The guest reads slower than somebody pastes.
    page.pause()
    void line.drained().then(() => page.resume())
  })
  const leave = (code: number, why: string): void => {
    page.close(code, why)
    ended.resolve()
  }
  using _viewer = line.attach({
    show: (bytes) => {
      if (page.bufferedAmount > serialAtMost)
        leave(
          closing.slow,
          'The console was read too slowly, and is closed. Open it again: it begins with what was written before.',
        )
      else page.send(bytes)
    },
    ended: (why) => leave(closing.ended, why),
  })
  page.resume()
  if (!signal.aborted) await ended.promise
}
