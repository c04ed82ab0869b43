import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { budgets } from './build/budgets.ts'
import { worker } from './build/worker.ts'
import { compressed } from './build/compressed.ts'
import { first } from './build/first.ts'

/** Browsers that know light-dark(), which the tokens are written with. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5']

/** Small things of ours, and icons. */
const PARTS = /\/src\/(components|document|i18n|api)\/|@lucide\//

export default defineConfig({
  plugins: [svelte(), budgets(), first(), worker(), compressed()],
  build: {
    target: BROWSERS,
    // A font inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { bundlerTimings: false, pluginTimings: false },
      // What most screens show comes in one file: on a slow network each of ten small ones waits for a line.
      output: { codeSplitting: { groups: [{ name: 'parts', test: PARTS, minShareCount: 4 }] } },
    },
    // The budgets watch sizes, and fail.
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
})
