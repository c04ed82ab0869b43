/**
 * Fail the build when a screen grows over its budget of JavaScript, gzip -9 (docs/web.md).
 *
 * Counted is what a browser loads before the screen works: the entry, the screen's chunk and all they import
 * statically. What comes later on demand (formulas, highlighting) is not.
 */
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { chunksOf, reached, type Chunk } from './chunks.ts'

export const READING_LIMIT_KB = 60
export const EDITOR_LIMIT_KB = 230
/** What the Page screen loads to write; what reads a page must not need it. */
export const EDITOR_MODULE = 'src/screens/Page/Writing.svelte'

export function budgets(): Plugin {
  return {
    name: 'budgets',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = chunksOf(bundle)
      const sizes = sizesOf(chunks)
      this.emitFile({ type: 'asset', fileName: 'sizes.json', source: JSON.stringify(sizes, null, 1) })
      const over = sizes.filter((size) => size.kilobytes > size.limit)
      if (over.length > 0) {
        this.error(over.map((size) => `${size.name}: ${size.kilobytes} kB gz, budget ${size.limit}`).join('; '))
      }
    },
  }
}

export type Size = { name: string; kilobytes: number; limit: number }

export function sizesOf(chunks: Chunk[]): Size[] {
  const entry = chunks.filter((chunk) => chunk.isEntry)
  const screens = chunks.filter((chunk) => /src\/screens\/([^/]+)\/\1\.svelte$/.test(chunk.facadeModuleId ?? ''))
  const editor = chunks.filter((chunk) => chunk.facadeModuleId?.endsWith(EDITOR_MODULE))
  const size = (name: string, roots: Chunk[], limit: number): Size => ({
    name,
    kilobytes: Math.round(weight(reached(roots, chunks)) / 100) / 10,
    limit,
  })
  const named = screens.map((chunk) => size(chunk.name, [...entry, chunk], READING_LIMIT_KB))
  const page = screens.filter((chunk) => chunk.name === 'Page')
  return editor.length > 0 ? [...named, size('editor', [...entry, ...page, ...editor], EDITOR_LIMIT_KB)] : named
}

function weight(chunks: Set<Chunk>): number {
  return [...chunks].reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0)
}
