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

/** A certificate authority and what it signs, for tests of TLS. */
export async function authority(dir: string, name: string): Promise<Pair & { sign(host: string): Promise<Pair> }> {
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
    sign: async (host) => {
      const leaf = `${name}-${host}`
      const at = (suffix: string): string => join(dir, `${leaf}.${suffix}`)
      await writeFile(at('ext'), `subjectAltName=DNS:${host},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n`)
      await openssl(['req', ...curve, '-subj', `/O=floe/CN=${host}`, '-keyout', at('key'), '-out', at('csr')])
      const signer = ['-CA', own.certFile, '-CAkey', own.keyFile, '-CAcreateserial', '-days', '2']
      await openssl(['x509', '-req', '-in', at('csr'), ...signer, '-out', at('crt'), '-extfile', at('ext')])
      return pair(dir, leaf)
    },
  }
}
