import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect, type DetailedPeerCertificate } from 'node:tls'

import { NotReachable } from '@floe/client'

import { ownTls } from '../../setup/config.ts'
import { CliError, exitCode } from '../exit.ts'
import type { Io } from '../io.ts'
import { trust } from '../link/node-fetch.ts'
import { printable } from '../output/printable.ts'
import { confirm } from './prompt.ts'

export type Believed = { readonly ca?: string | undefined; readonly fingerprint?: string | undefined }

/** Whose certificates to believe at an address: PEM, or nothing where this machine knows the authority already.
 *  An unknown one is shown with its fingerprint and believed only when a person, or `--fingerprint`, confirms it. */
export async function believedAt(
  io: Io,
  url: string,
  wanted: Believed,
  kept: string | undefined,
): Promise<string | undefined> {
  if (!url.startsWith('https:')) return undefined
  if (wanted.ca !== undefined) return readPem(wanted.ca)
  const seen = await lookAt(url, kept)
  if (seen.known && wanted.fingerprint === undefined) return kept
  const chain = chainOf(seen.certificate)
  const top = chain.at(-1)!
  if (wanted.fingerprint !== undefined) {
    const match = chain.find((one) => bare(one.fingerprint256) === bare(wanted.fingerprint!))
    if (match) return pemOf(match)
    throw new CliError(
      exitCode.failed,
      `${url} shows another certificate: ${top.fingerprint256}. If it is not the one that was changed there, somebody is in between.`,
    )
  }
  if (seen.wrongName) throw new CliError(exitCode.failed, wrongNameText(url, seen.why))
  // Where the copy is that root made; only that machine knows of another.
  const { ca, cert } = ownTls('/var/lib/floe')
  const there = `openssl x509 -noout -fingerprint -sha256 -in ${chain.length > 1 ? ca : cert}`
  if (io.stdin.isTTY !== true) {
    throw new CliError(
      exitCode.failed,
      `This machine does not know who signed the certificate of ${url}. If "${there}" on that machine shows the same, add --fingerprint ${top.fingerprint256}; or give the authority itself with --ca FILE.`,
    )
  }
  const name = printable(nameOf(top))
  io.stderr.write(
    `This machine does not know who signed the certificate of ${url}:\n  ${name}\n  SHA-256 ${top.fingerprint256}\nIf nobody is in between, that machine shows the same with:\n  ${there}\n`,
  )
  if (await confirm(io, 'Is it the same?')) return pemOf(top)
  throw new CliError(exitCode.failed, 'Not logged in: the certificate was not confirmed.')
}

async function readPem(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new CliError(exitCode.usage, `${path} cannot be read: ${error.message}.`, error)
  })
  // Only the first is looked at: this is for a mistaken file, not for a broken one.
  if (isCertificate(text)) return text
  throw new CliError(exitCode.usage, `${path} holds no certificate in PEM.`)
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

type Seen = {
  readonly known: boolean
  readonly wrongName: boolean
  readonly why: string
  readonly certificate: DetailedPeerCertificate
}

/** Shakes hands and looks; sends nothing. */
function lookAt(url: string, ca: string | undefined): Promise<Seen> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const { promise, resolve, reject } = Promise.withResolvers<Seen>()
  const socket = connect({
    host,
    port: Number(port || 443),
    ...(!/^[\d.]+$|:/.test(host) && { servername: host }),
    rejectUnauthorized: false,
    timeout: 15_000,
    ...trust(ca),
  })
  socket.once('secureConnect', () => {
    const error = socket.authorizationError as Error | string | null
    const why = error === null || error === undefined ? '' : error instanceof Error ? error.message : error
    const wrongName = /ALTNAME|altnames/i.test(why)
    resolve({ known: socket.authorized, wrongName, why, certificate: socket.getPeerCertificate(true) })
    socket.destroy()
  })
  socket.once('timeout', () => socket.destroy(new Error('no answer within 15 s')))
  socket.once('error', (error) => reject(new NotReachable(url, error.message, error)))
  return promise
}

/** From the server's own certificate up to the last authority that it sent. */
function chainOf(certificate: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain = [certificate]
  for (let next = certificate.issuerCertificate; next && !chain.some(same(next)); next = next.issuerCertificate) {
    chain.push(next)
  }
  return chain
}

const same = (one: DetailedPeerCertificate) => (other: DetailedPeerCertificate) =>
  one.fingerprint256 === other.fingerprint256

const pemOf = ({ raw }: DetailedPeerCertificate): string =>
  `-----BEGIN CERTIFICATE-----\n${raw
    .toString('base64')
    .replaceAll(/(.{64})/g, '$1\n')
    .trimEnd()}\n-----END CERTIFICATE-----\n`

const nameOf = ({ subject }: DetailedPeerCertificate): string =>
  [subject.CN, subject.O].flat().filter(Boolean).join(', ') || 'an authority without a name'

const bare = (fingerprint: string): string => fingerprint.replaceAll(/[^0-9a-f]/gi, '').toUpperCase()

const wrongNameText = (url: string, why: string): string =>
  `The certificate of ${url} is for another name (${why}). Use the name that it has, or give that Floe a certificate with this one.`
