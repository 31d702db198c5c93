import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const out = join(root, 'dist/app')
const { values } = parseArgs({ options: { stamp: { type: 'string', default: '' } } })

// Made aside and put in place whole: a Floe that is being started never sees half a bundle.
const fresh = join(root, `dist/app.new-${process.pid}`)
await rm(fresh, { recursive: true, force: true })
await mkdir(fresh, { recursive: true })
try {
  await buildProgram(fresh)
  await buildPages(join(fresh, 'ui'))
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  await writeFile(join(fresh, 'version'), `${version}\n`)
  await cp(join(root, 'LICENSE'), join(fresh, 'LICENSE')).catch(() => undefined) // not written yet in an early clone
  await writeFile(join(fresh, 'stamp'), `${values.stamp}\n`)
  await rm(out, { recursive: true, force: true })
  await rename(fresh, out)
} finally {
  await rm(fresh, { recursive: true, force: true })
}

/** src/main.ts and everything it imports as a handful of files: a start reads those instead of a thousand. */
async function buildProgram(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: { floe: join(root, 'src/main.ts') },
    platform: 'node',
    resolve: { conditionNames: ['floe-source', 'node'] }, // and import or require, by how it is imported
    external: ['pg-native'], // pg asks for it and does without
    transform: { target: 'node24' },
    logLevel: 'warn',
  })
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    sourcemap: true,
    minify: false, // a stack trace should say something
    keepNames: true,
  })
  await bundle.close()
}

async function buildPages(folder: string): Promise<void> {
  const { build } = await import('vite')
  await build({
    root: join(root, 'src/ui'),
    configFile: join(root, 'src/ui/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  })
}
