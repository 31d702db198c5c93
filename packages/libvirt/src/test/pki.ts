import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const openssl = (args: readonly string[]): Promise<unknown> => promisify(execFile)('openssl', [...args])

export type Pair = { readonly cert: string; readonly key: string; readonly certFile: string; readonly keyFile: string }

async function pair(dir: string, name: string): Promise<Pair> {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)]
  return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
}

/** Days from now; without it, from now on for two days. */
export type Validity = { readonly fromDays: number; readonly toDays: number }

/** A certificate authority and what it signs, for tests of TLS. */
export async function authority(
  dir: string,
  name: string,
): Promise<Pair & { sign(host: string, validity?: Validity): Promise<Pair> }> {
  const file = (suffix: string): string => join(dir, `${name}.${suffix}`)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const uses = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  await openssl([
    'req',
    '-x509',
    ...curve,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    file('key'),
    '-out',
    file('crt'),
    ...uses,
  ])
  const own = await pair(dir, name)
  return {
    ...own,
    sign: async (host, validity) => {
      const leaf = [name, host, ...(validity ? [validity.fromDays, validity.toDays] : [])].join('-')
      const at = (suffix: string): string => join(dir, `${leaf}.${suffix}`)
      await writeFile(at('ext'), `subjectAltName=DNS:${host},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n`)
      await openssl(['req', ...curve, '-subj', `/O=floe/CN=${host}`, '-keyout', at('key'), '-out', at('csr')])
      if (validity !== undefined) {
        await signDated(dir, own, validity, at)
        return pair(dir, leaf)
      }
      const signer = ['-CA', own.certFile, '-CAkey', own.keyFile, '-CAcreateserial', '-days', '2']
      await openssl(['x509', '-req', '-in', at('csr'), ...signer, '-out', at('crt'), '-extfile', at('ext')])
      return pair(dir, leaf)
    },
  }
}

/** `openssl x509` signs only from now on; `openssl ca` signs for any time, and wants a database for it. */
async function signDated(
  dir: string,
  own: Pair,
  { fromDays, toDays }: Validity,
  at: (suffix: string) => string,
): Promise<void> {
  const lines = ['[ca]', 'default_ca=d', '[d]', `database=${at('db')}`, `new_certs_dir=${dir}`, 'rand_serial=yes']
  const policy = ['default_md=sha256', 'policy=p', '[p]', 'commonName=optional', 'organizationName=optional']
  await writeFile(at('cnf'), `${[...lines, ...policy].join('\n')}\n`)
  await writeFile(at('db'), '')
  const stamp = (days: number): string =>
    new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/\D/g, '').slice(2, 14) + 'Z'
  const signer = ['-config', at('cnf'), '-cert', own.certFile, '-keyfile', own.keyFile, '-notext', '-batch']
  const dates = ['-startdate', stamp(fromDays), '-enddate', stamp(toDays)]
  await openssl(['ca', ...signer, ...dates, '-in', at('csr'), '-out', at('crt'), '-extfile', at('ext')])
}
