import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

test("the README's example is the one that is compiled", () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('../../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts').trim()}\n\`\`\``)
})
