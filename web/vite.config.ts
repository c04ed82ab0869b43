import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { budgets } from './build/budgets.ts'
import { worker } from './build/worker.ts'
import { compressed } from './build/compressed.ts'

/** Browsers that know light-dark(), which the tokens are written with. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5']

export default defineConfig({
  plugins: [svelte(), budgets(), worker(), compressed()],
  build: {
    target: BROWSERS,
    // A font inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { bundlerTimings: false, pluginTimings: false } },
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
