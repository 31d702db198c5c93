import { afterAll, beforeAll, expect, test } from 'vitest'

import { apiError } from '../api/errors.ts'
import { handler } from '../controller/http/handler.ts'
import { testFloe, type TestFloe } from './testing/floe.ts'

const notChosen = () => Promise.reject(apiError('not_valid', { field: 'iso', why: 'is missing; choose an ISO image' }))
const notReached = () => Promise.reject(new Error('This request should have been refused.'))

let floe: TestFloe
beforeAll(async () => {
  floe = await testFloe({
    handlers: [
      handler('createVm', notReached),
      handler('planVm', notChosen),
      handler('editVm', notReached),
      handler('listVms', notReached),
    ],
  })
})
afterAll(() => floe[Symbol.asyncDispose]())

test('a value that the API does not accept ends with 2, by the name it has on the command line', async () => {
  const refusals: readonly (readonly [string[], string])[] = [
    [['vm', 'create', 'web1', '--vcpus', '0'], '--vcpus must be 1 or more.\n'],
    [
      ['vm', 'create', 'web1', '--memory', '1MiB', '--vcpus', '9999'],
      '--memory (in MiB) must be 32 or more.\n--vcpus must be 710 or less.\n',
    ],
    [
      ['vm', 'create', 'we b'],
      '<name> may have letters, digits, dot, underscore and hyphen, 63 at most, and begins with a letter or digit.\n',
    ],
    [
      ['vm', 'edit', 'web1', '--tag', 'a b'],
      '--tag may have letters, digits, dot, underscore and hyphen, 63 at most, and begins with a letter or digit.\n',
    ],
    [['vm', 'list', '--search', 'x'.repeat(201)], '--search must have 200 characters or fewer.\n'],
    [['vm', 'edit', 'x'.repeat(256), '--notes', 'x'], '<vm> must have 255 characters or fewer.\n'],
    [['vm', 'edit', 'web1'], 'Nothing is to be changed. Say what: --notes, --tag, --protected.\n'],
    [['vm', 'create', 'web1', '--from', 'iso', '--plan'], '--iso is missing; choose an ISO image.\n'],
  ]
  for (const [argv, err] of refusals) expect(await floe.local(...argv)).toEqual({ code: 2, out: '', err })
})
