/**
 * Let the Page screen travel with the app: it is what most visits open, and small. On a slow network its files would
 * otherwise be asked for only when the app itself has come.
 */
import type { HtmlTagDescriptor, Plugin } from 'vite'
import { chunksOf, reached } from './chunks.ts'

const FIRST = 'src/screens/Page/Page.svelte'

export function first(): Plugin {
  return {
    name: 'first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = chunksOf(bundle ?? {})
        const entry = chunks.find((chunk) => chunk.isEntry)
        const screen = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(FIRST))
        if (!entry || !screen) throw new Error(`${FIRST} is not in the build`)
        const known = reached([entry], chunks)
        const more = [...reached([screen], chunks)].filter((chunk) => !known.has(chunk))
        const styles = more.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])])
        return [
          ...more.map(({ fileName }) => link({ rel: 'modulepreload', crossorigin: true, href: `/${fileName}` })),
          ...styles.map((file) => link({ rel: 'preload', as: 'style', crossorigin: true, href: `/${file}` })),
        ]
      },
    },
  }
}

function link(attrs: HtmlTagDescriptor['attrs']): HtmlTagDescriptor {
  return { tag: 'link', attrs, injectTo: 'head' }
}
