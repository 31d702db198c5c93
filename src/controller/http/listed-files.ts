import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob, relative } from 'node:path'

export type ListedFile = { readonly pattern: string; readonly kind: string; readonly mode: number }

/** The table of docs/reference/files.md that speaks of the data folder, in its order. For tests. */
export async function listedFiles(): Promise<readonly ListedFile[]> {
  const text = await readFile(new URL('../../../docs/reference/files.md', import.meta.url), 'utf8')
  const rows = text.matchAll(/^\| `DATA(?:\/([^`]+))?` \| (\w+) \| (0\d{3}) \|/gm)
  return [...rows].map(([, pattern, kind, mode]) => ({ pattern: pattern ?? '', kind: kind!, mode: parseInt(mode!, 8) }))
}

/** What lies in a data folder and is not listed, is of another kind, or is wider than listed; each as a sentence. */
export async function strangeFiles(data: string): Promise<readonly string[]> {
  const listed = await listedFiles()
  const entries = await readdir(data, { recursive: true, withFileTypes: true })
  const paths = [data, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const told = await Promise.all(paths.map((path) => toldOf(path, relative(data, path), listed)))
  return told.filter((sentence) => sentence !== undefined)
}

async function toldOf(path: string, name: string, listed: readonly ListedFile[]): Promise<string | undefined> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined) return undefined // gone between the two looks
  const row = listed.find(({ pattern }) => pattern === name || (pattern !== '' && matchesGlob(name, pattern)))
  if (row === undefined) return `${name} is not listed`
  const kind = stats.isSocket() ? 'socket' : stats.isDirectory() ? 'folder' : 'file'
  // A pattern of everything below a folder speaks of its folders too.
  const fits = kind === row.kind || (kind === 'folder' && row.pattern.endsWith('/**'))
  if (!fits) return `${name} is a ${kind}, not a ${row.kind}`
  const mode = stats.mode & 0o7777
  return (mode & ~row.mode) === 0
    ? undefined
    : `${name} has mode ${mode.toString(8)}, wider than ${row.mode.toString(8)}`
}
