import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from './run.ts'

/** A key of SSH: its file, and its texts. */
export type SshKey = {
  readonly file: string
  readonly privateKey: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
}

export type SshKeyType = 'ed25519' | 'ecdsa' | 'rsa'

/** Makes a key in `folder`: NAME and NAME.pub. */
export async function makeSshKey(
  folder: string,
  name: string,
  options: { readonly type?: SshKeyType; readonly passphrase?: string } = {},
): Promise<SshKey> {
  const { type = 'ed25519', passphrase = '' } = options
  const file = join(folder, name)
  await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file])
  const [kind, blob] = (await readFile(`${file}.pub`, 'utf8')).split(' ')
  const [, fingerprint = ''] = (await run('ssh-keygen', ['-l', '-f', `${file}.pub`])).split(' ')
  return { file, privateKey: await readFile(file, 'utf8'), publicKey: `${kind} ${blob}`, fingerprint }
}

/** Has `authority` sign `key` for `principals`: a user's certificate, or a host's. Answers the certificate's file;
 *  `validity` as ssh-keygen takes it, e.g. `-2h:-1h` for one that has expired. */
export async function signSshKey(
  authority: SshKey,
  key: SshKey,
  of: { readonly principals: readonly string[]; readonly host?: boolean; readonly validity?: string },
): Promise<string> {
  const kind = of.host === true ? ['-h'] : []
  const until = of.validity === undefined ? [] : ['-V', of.validity]
  const names = of.principals.join(',')
  await run('ssh-keygen', ['-q', '-s', authority.file, ...kind, ...until, '-I', names, '-n', names, `${key.file}.pub`])
  return `${key.file}-cert.pub`
}
