import { expect, test } from 'vitest'

import { arrowProblem, arrows, checkArrows, importsOf } from './arrows.ts'

const problem = (file: string, specifier: string) => arrowProblem(file, { line: 3, specifier })

test('every kind of import is seen, with its line', () => {
  const source = `import { a } from './a.ts'
import type {
  B,
} from "./b.ts"
import './c.ts'
export * from './d.ts'
const e = await import('./e.ts')
const text = "an import from 'nowhere'"
export const f = 'import'
`
  expect(importsOf(source)).toEqual([
    { line: 1, specifier: './a.ts' },
    { line: 4, specifier: './b.ts' },
    { line: 5, specifier: './c.ts' },
    { line: 6, specifier: './d.ts' },
    { line: 7, specifier: './e.ts' },
  ])
})

test('a drawn arrow is allowed, and one within the room', () => {
  expect(problem('src/domain/domain-view.ts', '@floe/xml')).toBeUndefined()
  expect(problem('src/controller/vm/start-vm.ts', '../../tasks/task.ts')).toBeUndefined()
  expect(problem('src/controller/vm/start-vm.ts', '../host/host.ts')).toBeUndefined()
  expect(problem('src/main.ts', './cli/main.ts')).toBeUndefined()
})

test('an arrow upwards is refused with the file, the line and the arrow', () => {
  expect(problem('src/db/open-db.ts', '../controller/vm/vm.ts')).toBe(
    'src/db/open-db.ts:3 imports ../controller/vm/vm.ts: the arrow src/db → src/controller is not drawn, src/db may import only src/base.',
  )
})

test('a published package imports nothing of the product', () => {
  expect(problem('packages/libvirt/src/dial.ts', '../../../src/base/clock.ts')).toContain(
    'imports nothing of the product',
  )
  expect(problem('packages/libvirt/src/dial.ts', '@floe/xml')).toContain('packages/libvirt → packages/xml')
})

test('the entry imports entries only', () => {
  expect(problem('src/main.ts', './controller/vm/vm.ts')).toContain('src/main.ts → src/controller')
})

test('a test may use the test bed and the whole product, the product may not, and a package only what is published', () => {
  expect(problem('src/tasks/task.real.test.ts', '../../testbed/host.ts')).toBeUndefined()
  expect(problem('src/cli/login/login.test.ts', '../../controller/http/testing.ts')).toBeUndefined()
  expect(problem('src/tasks/task.ts', '../../testbed/host.ts')).toContain('src/tasks → testbed')
  expect(problem('packages/client/src/call.test.ts', '../../../testbed/host.ts')).toBeUndefined()
  expect(problem('packages/client/src/call.test.ts', '../../../src/base/ids.ts')).toContain('imports nothing')
})

test('no two rooms import each other', () => {
  const reach = (room: string, seen: readonly string[] = []): boolean =>
    (arrows[room] ?? []).some((next) => {
      const at = next in arrows ? next : next.split('/').slice(0, 2).join('/')
      return seen.includes(at) || (next in arrows && reach(next, [...seen, room]))
    })
  expect(Object.keys(arrows).filter((room) => reach(room))).toEqual([])
})

test('the house as it stands keeps its arrows', () => {
  expect(checkArrows()).toEqual([])
})
