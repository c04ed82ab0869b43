import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { budgets } from './build/budgets.ts'
import { compressed } from './build/compressed.ts'

/** Browsers that know light-dark(), which the tokens are written with. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5']

export default defineConfig({
  plugins: [svelte(), budgets(), compressed()],
  build: {
    target: BROWSERS,
    // A font inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
    // Sheets and scripts are found by name in the manifest: budgets and the service worker read it.
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { bundlerTimings: false, pluginTimings: false } },
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
})
