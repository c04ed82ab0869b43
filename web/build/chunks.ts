/** Look at the chunks of a build and at what they load. */
import type { Rollup } from 'vite'

export type Chunk = Rollup.OutputChunk & { viteMetadata?: { importedCss: Set<string> } }

export function chunksOf(bundle: Rollup.OutputBundle): Chunk[] {
  return Object.values(bundle).filter((part): part is Chunk => part.type === 'chunk')
}

/** Return chunks and all that they import statically. */
export function reached(roots: Chunk[], chunks: Chunk[]): Set<Chunk> {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const found = new Set<Chunk>()
  const open = [...roots]
  for (let chunk = open.pop(); chunk; chunk = open.pop()) {
    if (found.has(chunk)) continue
    found.add(chunk)
    open.push(...chunk.imports.flatMap((name) => byFile.get(name) ?? []))
  }
  return found
}
