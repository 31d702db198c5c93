import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { certificateIn, isSignedBy, keyFits, namesFor, needsRenewal, readCertificate } from './certificate-facts.ts'
import { ownTls, places, type Tls } from './config.ts'
import { parseListen, type ListenAddress } from './listen-address.ts'
import { signAuthority, signServer, serverDays } from './sign-certificate.ts'

/** Makes what is missing, torn or old of Floe's own authority and certificate in DATA/tls, as the user who runs this,
 *  and answers why there is a new certificate, if there is. A certificate lies with its key in one file, which one
 *  rename puts in place: whenever this is killed, what is there fits. Errors: `certificate_failed`. */
export async function renewCertificate(
  data: string,
  at: ListenAddress,
  nowMs: number = Date.now(),
): Promise<{ readonly tls: Tls & { ca: string }; readonly renewed?: string }> {
  const folder = places(data).tls
  const tls = ownTls(data)
  const authority = join(folder, 'ca.pem')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = namesFor(at)
  const noAuthority = authorityFault(readPair(authority), nowMs)
  if (noAuthority !== undefined) await makeInto(folder, authority, (scratch) => signAuthority(scratch))
  publish(certificateIn(readFileSync(authority, 'utf8')), tls.ca)
  const why = noAuthority ?? serverFault({ server: readPair(tls.cert), authority: readPair(authority)!, names, nowMs })
  if (why === undefined) return { tls }
  await makeInto(folder, tls.cert, (scratch) => signServer(scratch, authority, names))
  return { tls, renewed: why }
}

/** A server's certificate must not outlive its authority. */
const authorityFault = (pem: string | undefined, nowMs: number): string | undefined =>
  pem === undefined || readCertificate(pem).validToMs < nowMs + serverDays * 86_400_000
    ? 'there is no authority yet, or it ends soon'
    : undefined

type ServerFacts = {
  readonly server: string | undefined
  readonly authority: string
  readonly names: readonly string[]
  readonly nowMs: number
}

function serverFault({ server, authority, names, nowMs }: ServerFacts): string | undefined {
  if (server === undefined) return 'there is none that fits its key'
  return isSignedBy(server, authority) ? needsRenewal(readCertificate(server), names, nowMs) : 'its authority is new'
}

/** A file with a certificate and the key that fits it; nothing where it is missing, torn, or of two halves. */
function readPair(file: string): string | undefined {
  try {
    const pem = readFileSync(file, 'utf8')
    return keyFits(pem, pem) ? pem : undefined
  } catch {
    return undefined // it is made anew
  }
}

const scratchName = '.making-'

/** Lets `make` work in a folder of its own and puts the file that it names in its place. What a killed run left is
 *  taken away: it may hold a key. */
async function makeInto(folder: string, file: string, make: (scratch: string) => Promise<string>): Promise<void> {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(scratchName)))
    rmSync(join(folder, name), { recursive: true, force: true })
  const scratch = mkdtempSync(join(folder, scratchName))
  try {
    const made = await make(scratch)
    chmodSync(made, 0o600)
    renameSync(made, file)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The authority's certificate without its key, for browsers to be told of. */
function publish(pem: string, file: string): void {
  try {
    if (readFileSync(file, 'utf8') === pem) return
  } catch {
    // not there yet
  }
  writeFileSync(`${file}.new`, pem)
  chmodSync(`${file}.new`, 0o644)
  renameSync(`${file}.new`, file)
}

/** `keep certificate --data DIR --listen ADDR:PORT`, run as the product's user. */
export async function makeCertificate(args: readonly string[]): Promise<void> {
  const options = { data: { type: 'string' }, listen: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const { renewed } = await renewCertificate(values.data ?? '', parseListen(values.listen ?? ''))
  if (renewed) console.log(renewed)
}
