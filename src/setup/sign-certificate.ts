import { readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { certificateIn } from './certificate-facts.ts'
import { setupError } from './errors.ts'
import { complaint, runCommand } from './run-command.ts'

const authorityDays = 3650
export const serverDays = 365

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes an authority in the folder `scratch` and answers the file that holds its certificate and key.
 *  Errors: `certificate_failed`. */
export async function signAuthority(scratch: string): Promise<string> {
  const [key, cert] = [join(scratch, 'key'), join(scratch, 'cert')]
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']
  const added = extensions.flatMap((extension) => ['-addext', extension])
  const subject = ['-subj', `/O=Floe/CN=Floe on ${hostname().slice(0, 50)}`]
  await openssl(['req', '-x509', ...newKey, '-days', `${authorityDays}`, ...subject, ...added, ...outTo(key, cert)])
  return together(scratch, cert, key)
}

/** Makes a server's certificate for `names`, signed with the certificate and key in the file `authority`, and answers
 *  the file in `scratch` that holds it and its key. Errors: `certificate_failed`. */
export async function signServer(scratch: string, authority: string, names: readonly string[]): Promise<string> {
  const [key, request, cert, rules] = ['key', 'request', 'cert', 'rules'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
    string,
  ]
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
  writeFileSync(
    rules,
    `subjectAltName=${alternatives}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n`,
    { mode: 0o600 },
  )
  await openssl(['req', ...newKey, '-subj', '/O=Floe/CN=Floe', ...outTo(key, request)])
  const serial = `0x${crypto.randomUUID().replaceAll('-', '').replace(/^./, '1')}`
  const signer = ['-CA', authority, '-CAkey', authority, '-set_serial', serial]
  const terms = ['-days', `${serverDays}`, '-extfile', rules]
  await openssl(['x509', '-req', '-in', request, ...signer, ...terms, '-out', cert])
  // With its authority: whoever believed that one over the wire believes the next certificate too.
  writeFileSync(cert, certificateIn(readFileSync(authority, 'utf8')), { flag: 'a' })
  return together(scratch, cert, key)
}

const outTo = (key: string, out: string): string[] => ['-keyout', key, '-out', out]

function together(scratch: string, cert: string, key: string): string {
  const file = join(scratch, 'pair')
  writeFileSync(file, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 })
  return file
}

async function openssl(args: readonly string[]): Promise<void> {
  const ran = await runCommand(['sh', '-c', 'umask 077 && exec openssl "$@"', 'sh', ...args])
  if (ran.status !== 0) throw setupError('certificate_failed', { why: complaint(ran) })
}
