import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { apiError, routes } from './index.ts'
import { openapiDocument, pathOf, type JsonSchema, type Operation } from './openapi.ts'

const document = openapiDocument()
const operations = Object.values(document.paths).flatMap((by) => Object.values(by))

test('the committed openapi.json is what the route table gives', () => {
  const committed = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')
  expect(committed, 'run "node --conditions=floe-source tools/openapi.ts"').toBe(
    `${JSON.stringify(document, undefined, 2)}\n`,
  )
})

test('the same table gives the same document', () => {
  expect(JSON.stringify(openapiDocument())).toBe(JSON.stringify(document))
})

test('every route is an operation with its own id, permission and security', () => {
  expect(operations.map((one) => one.operationId).sort()).toEqual(
    Object.values(routes)
      .map((one) => one.id)
      .sort(),
  )
  for (const [name, entry] of Object.entries(routes)) {
    const operation = document.paths[pathOf(entry.path)]![entry.method.toLowerCase()]!
    expect(operation).toMatchObject({ 'x-floe-name': name, 'x-floe-permission': entry.may, summary: entry.summary })
    expect(operation['security']).toHaveLength(entry.may === 'anyone' ? 0 : entry.may === 'local' ? 1 : 3)
  }
})

test('paths have every parameter that they name, and no other', () => {
  for (const [path, by] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const operation of Object.values(by)) {
      const given = (operation.parameters ?? []).filter((one) => one['in'] === 'path').map((one) => one['name'])
      expect(given).toEqual(named)
    }
  }
})

test('every reference leads somewhere', () => {
  const texts = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)
  const refs = [...new Set([...texts].map(([, kind, name]) => `${kind}/${name}`))]
  expect(refs.length).toBeGreaterThan(20)
  for (const ref of refs) {
    const [kind, name] = ref.split('/')
    expect(document.components[kind!]![name!]).toBeDefined()
  }
})

test('each code that an operation lists stands under its status, with its sentence', () => {
  const problemAt = (operation: Operation, status: number): JsonSchema => operation.responses[String(status)]!
  const start = operations.find((one) => one.operationId === 'vm.start')!
  const conflict = problemAt(start, 409)
  expect(JSON.stringify(conflict)).toContain('"enum":["name_ambiguous","vm_locked","vm_foreign","vm_twice","vm_unseen"')
  expect(conflict['description']).toContain(`\`vm_locked\`: ${apiError.rows.vm_locked[1]}`)
  for (const [name, entry] of Object.entries(routes)) {
    const operation = operations.find((one) => one['x-floe-name'] === name)!
    for (const code of entry.errors) {
      const [status] = apiError.rows[code]
      expect(JSON.stringify(problemAt(operation, status)), `${name} ${code}`).toContain(`"${code}"`)
    }
  }
})

test('resources are references by their names, also where they are optional or in lists', () => {
  expect(JSON.stringify(document.components['schemas']!['StreamChange'])).toContain(
    '"vm":{"$ref":"#/components/schemas/Vm"}',
  )
  expect(JSON.stringify(document.components['schemas']!['VmPage'])).toContain(
    '"items":{"type":"array","items":{"$ref":"#/components/schemas/Vm"}}',
  )
})
