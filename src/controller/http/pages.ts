import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'

import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Serves the built pages: files named by their hash for ever, everything else asked anew. */
export async function servePages(app: FastifyInstance, uiDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: uiDir,
    wildcard: true,
    index: 'index.html',
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (response, path) => {
      const caching = isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
      void response.header('cache-control', caching)
    },
  })
}

/** `index-B1x2C3d4.js`, as the bundler names what never changes. */
const isHashed = (path: string): boolean => path.includes('/assets/') && /-[\w-]{8,}\.\w+$/.test(basename(path))

/** True where an address is one of the pages' own (they route by themselves): opened as a page, not below the API, and
 *  not a file. A VM's name may have dots, so only the root and the assets have files. */
export const isPage = (method: string, path: string, accept: string | undefined): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  !/^\/(api|assets|healthz|readyz|metrics)(\/|$)/.test(path) &&
  !/^\/[^/]*\.\w{1,11}$/.test(path) &&
  (accept ?? '').includes('text/html')

export const hasPages = (uiDir: string | undefined): uiDir is string =>
  uiDir !== undefined && existsSync(join(uiDir, 'index.html'))
