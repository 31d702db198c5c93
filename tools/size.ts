import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { projectFiles, root, tell, type Problems } from './files.ts'

export const longest = 500

/** Tables of protocol data: as long as the protocol. Nothing else stands here. */
const tables: readonly string[] = ['packages/libvirt/src/table/calls.ts']

const isSource = (path: string): boolean => /\.(ts|tsx|mjs|js|css|sql|sh)$/.test(path) || path === 'floe'
const isExempt = (path: string): boolean =>
  path.includes('.gen.') || path.includes('/fixtures/') || tables.includes(path)

/** Whether `text` is too long for one file, in words. */
export function sizeProblem(path: string, text: string): string | undefined {
  if (!isSource(path) || isExempt(path)) return undefined
  const lines = text.split('\n').length - 1
  return lines > longest
    ? `${path} has ${lines} lines, ${longest} at most: look for the second concept in it.`
    : undefined
}

/** Checks every source of the project. */
export function checkSizes(): Problems {
  return projectFiles()
    .filter((path) => isSource(path) && !isExempt(path))
    .map((path) => sizeProblem(path, readFileSync(join(root, path), 'utf8')))
    .filter((problem) => problem !== undefined)
}

if (import.meta.main) tell(checkSizes())
