import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from './run.ts'

/** A certificate authority of the test bed and the files of what it signed. */
export type Authority = { readonly folder: string; readonly ca: string }
export type Leaf = { readonly cert: string; readonly key: string }

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes an authority in `folder`: NAME.crt and NAME.key. Two of them show that a stranger's certificate is refused. */
export async function makeAuthority(folder: string, name = 'ca'): Promise<Authority> {
  const [key, ca] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const uses = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
  const extensions = uses.flatMap((use) => ['-addext', use])
  await run('openssl', [
    'req',
    '-x509',
    ...curve,
    '-days',
    '30',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    key,
    '-out',
    ca,
    ...extensions,
  ])
  return { folder, ca }
}

/** Signs a certificate for `name`, good for both ends of a connection, as libvirt's hosts need it between each other. */
export async function makeLeaf(authority: Authority, name: string, addresses: readonly string[] = []): Promise<Leaf> {
  const { folder, ca } = authority
  const [key, request, cert, extensions] = ['key', 'csr', 'crt', 'ext'].map((kind) =>
    join(folder, `${name}.${kind}`),
  ) as [string, string, string, string]
  const names = [`DNS:${name}`, ...addresses.map((address) => `IP:${address}`)].join(',')
  const uses = 'keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n'
  await writeFile(extensions, `subjectAltName=${names}\n${uses}`)
  await run('openssl', ['req', ...curve, '-subj', `/O=Floe test bed/CN=${name}`, '-keyout', key, '-out', request])
  const signer = ['-CA', ca, '-CAkey', ca.replace(/crt$/, 'key'), '-CAcreateserial']
  await run('openssl', ['x509', '-req', '-in', request, ...signer, '-days', '30', '-out', cert, '-extfile', extensions])
  return { cert, key }
}
