import { expect, test } from 'vitest'

import { createHasher } from './password-hash.ts'
import { oneTimePassword, passwordWeakness } from './password-rules.ts'

test('a hash is argon2id with its costs, salted, and only its own password fits', async () => {
  const hasher = createHasher()
  const [one, two] = await Promise.all([hasher.hash('a quiet glacier'), hasher.hash('a quiet glacier')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await hasher.verify('a quiet glacier', one)).toBe(true)
  expect(await hasher.verify('a quiet glacieR', one)).toBe(false)
  expect(await hasher.verify('', null)).toBe(false)
  expect(await hasher.verify('a quiet glacier', one.replace('m=19456', 'm=19457'))).toBe(false)
})

test('a hash made elsewhere with other costs is read', async () => {
  // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
  const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await createHasher().verify('password', phc)).toBe(true)
})

test('the same password in another normal form is the same', async () => {
  const hasher = createHasher()
  expect(await hasher.verify('glacie\u0301', await hasher.hash('glaci\u00e9'))).toBe(true)
})

test('more hashes than may wait are refused, and those under way are made', async () => {
  const hasher = createHasher()
  const settled = await Promise.allSettled(Array.from({ length: 14 }, () => hasher.hash('x')))
  expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(10)
})

test('easy passwords are refused with the reason', () => {
  const easy = [
    'short',
    'aaaaaaaaaaaaaaaa',
    'abababababab',
    'abcabcabcabcabc',
    'abcdefghijklmnop',
    '98765432109876',
    'Password1234',
    'passwordpassword',
    'qwertyuiop123',
    'administrator1',
    'wintermute12',
  ]
  for (const password of easy)
    expect([password, passwordWeakness(password, 'wintermute')]).not.toEqual([password, undefined])
  for (const good of ['a quiet glacier at dawn', 'zvK3!vq0-lmT', 'tanzende Bären im Schnee', oneTimePassword()])
    expect([good, passwordWeakness(good, 'wintermute')]).toEqual([good, undefined])
})

test('one-time passwords differ and pass the rules', () => {
  const some = Array.from({ length: 50 }, oneTimePassword)
  expect(new Set(some).size).toBe(50)
  for (const one of some) expect(one).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/)
})
