/**
 * Let the Page screen travel with the app: it is what most visits open, and small. On a slow network its files would
 * otherwise be asked for only when the app itself has come.
 */
import type { HtmlTagDescriptor, Plugin, Rollup } from 'vite'

const FIRST = 'src/screens/Page/Page.svelte'

type Chunk = Rollup.OutputChunk & { viteMetadata?: { importedCss: Set<string> } }

export function first(): Plugin {
  return {
    name: 'first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((part): part is Chunk => part.type === 'chunk')
        const entry = chunks.find((chunk) => chunk.isEntry)
        const screen = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(FIRST))
        if (!entry || !screen) throw new Error(`${FIRST} is not in the build`)
        const known = new Set(reached(entry, chunks))
        const more = [...reached(screen, chunks)].filter((chunk) => !known.has(chunk))
        const styles = more.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])])
        return [
          ...more.map(({ fileName }) => link({ rel: 'modulepreload', crossorigin: true, href: `/${fileName}` })),
          ...styles.map((file) => link({ rel: 'preload', as: 'style', crossorigin: true, href: `/${file}` })),
        ]
      },
    },
  }
}

/** Return a chunk and all it imports statically. */
function reached(root: Chunk, chunks: Chunk[], found = new Set<Chunk>()): Set<Chunk> {
  if (found.has(root)) return found
  found.add(root)
  for (const chunk of chunks) if (root.imports.includes(chunk.fileName)) reached(chunk, chunks, found)
  return found
}

function link(attrs: HtmlTagDescriptor['attrs']): HtmlTagDescriptor {
  return { tag: 'link', attrs, injectTo: 'head' }
}
