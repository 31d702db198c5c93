import { defineConfig } from 'vitest/config'

/** Three projects by cost: `quick` needs no guest, `real` needs a real libvirtd and QEMU, `browser` needs Chromium. */
const project = (name: string, include: string[], exclude: string[] = [], testTimeout = 60_000) => ({
  resolve: { conditions: ['floe-source'] },
  ssr: {
    resolve: { conditions: ['floe-source', 'node'], externalConditions: ['floe-source', 'node'] },
  },
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
    isolate: false,
    testTimeout,
    hookTimeout: 120_000,
  },
})

export default defineConfig({
  test: {
    projects: [
      project('quick', ['{packages,src,testbed,bench,tools}/**/*.test.{ts,tsx}'], ['**/*.real.test.ts']),
      project('real', ['{packages,src,testbed}/**/*.real.test.ts']),
      // A guest boots in 4 s on an idle machine, and in 40 s beside everything else that runs.
      project('browser', ['e2e/**/*.test.ts'], [], 180_000),
    ],
  },
})
