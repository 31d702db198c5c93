import { createCipheriv } from 'node:crypto'

import type { Peer } from './peer.ts'

/** The beginning of the RFB protocol 3.8 (RFC 6143, 7.1), up to where both sides are let through. */
const version = Buffer.from('RFB 003.008\n')
const none = 1
const vncAuthentication = 2
const longestReason = 4096

/** Speaks to a VNC server as its client: version, security, password. Afterwards the server waits for ClientInit.
 *  Throws with the server's own reason. */
export async function greetServer(server: Peer, password: string | undefined, signal: AbortSignal): Promise<void> {
  const greeting = await server.read(12, signal)
  const [, major, minor] = /^RFB (\d{3})\.(\d{3})\n$/.exec(greeting.toString('latin1')) ?? []
  if (major === undefined) throw new Error('what answers there is no VNC server')
  if (Number(major) !== 3 || Number(minor) < 8) throw new Error(`its VNC server speaks only RFB ${major}.${minor}`)
  server.write(version)

  const [count] = await server.read(1, signal)
  if (count === 0) throw new Error(await readReason(server, signal))
  const offered = [...(await server.read(count!, signal))]
  if (password !== undefined && offered.includes(vncAuthentication)) {
    server.write(Buffer.of(vncAuthentication))
    server.write(vncResponse(password, await server.read(16, signal)))
  } else if (offered.includes(none)) server.write(Buffer.of(none))
  else throw new Error(`its VNC server wants a login that Floe does not have (security types ${offered.join(', ')})`)

  const result = (await server.read(4, signal)).readUInt32BE()
  if (result !== 0) throw new Error(await readReason(server, signal))
}

/** Speaks to the page as its server: no security, because the gateway's ticket was it. Afterwards it sends ClientInit. */
export async function greetPage(page: Peer, signal: AbortSignal): Promise<void> {
  page.write(version)
  const answer = (await page.read(12, signal)).toString('latin1')
  if (answer !== version.toString('latin1')) throw new Error('the page does not speak RFB 3.8')
  page.write(Buffer.of(1, none))
  const [chosen] = await page.read(1, signal)
  if (chosen !== none) throw new Error('the page chose a security type that was not offered')
  page.write(Buffer.alloc(4))
}

/** The words come from outside: bounded, printable. */
async function readReason(server: Peer, signal: AbortSignal): Promise<string> {
  const length = (await server.read(4, signal)).readUInt32BE()
  if (length > longestReason) return 'its VNC server refused'
  const words = (await server.read(length, signal)).toString('utf8').replaceAll(/[^\P{C} ]/gu, ' ')
  return `its VNC server refused: ${words.trim() || 'no reason given'}`
}

/** RFC 6143, 7.2.2: DES with the first 8 bytes of the password, each with its bits reversed. OpenSSL 3 has single DES no
 *  more; triple DES with one key three times is the same. */
export function vncResponse(password: string, challenge: Buffer): Buffer {
  const key = Buffer.alloc(8)
  Buffer.from(password).copy(key)
  const reversed = key.map(reverseBits)
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([reversed, reversed, reversed]), null)
  cipher.setAutoPadding(false)
  return Buffer.concat([cipher.update(challenge), cipher.final()])
}

function reverseBits(byte: number): number {
  let reversed = 0
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit)
  return reversed
}
