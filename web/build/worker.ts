/** Write the service worker: its own lines, and before them the files of this very build. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** Everything a screen may ask for; formula fonts in the older formats are for browsers we do not build for. */
const KEPT = /\.(js|css|woff2)$/

export function worker(): Plugin {
  let source = ''
  return {
    name: 'worker',
    apply: 'build',
    configResolved: (config) => {
      source = join(config.root, 'src/offline/worker.js')
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const files = Object.keys(bundle).filter((name) => KEPT.test(name)).sort()
        const lines = await readFile(source, 'utf-8')
        const version = createHash('sha256').update(files.join('\n')).update(lines).digest('hex').slice(0, 16)
        const head = `const VERSION = '${version}'\nconst FILES = ${JSON.stringify(files.map((name) => `/${name}`))}\n`
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + lines })
      },
    },
  }
}
