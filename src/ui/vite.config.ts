import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `vite build src/ui`: the pages as files with their hash in the name, beside the program in dist/app. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['floe-source', 'module', 'browser', 'production'] },
  worker: { format: 'es' },
  build: {
    outDir: '../../dist/app/ui',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy lets fonts, pictures and scripts come from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:7070', ws: true } } },
})
