// Open and write living documents (Yjs) in a real TipTap editor, for the server's tests: one JSON a line in and out.
//
// {"updates": [base64…]}   → {"document": what the editor shows of them}
// {"documents": [json…]}   → {"update": base64 of what the editor made of them one after another, "document": …}
//
// The editor's nodes and marks are those of the published schema; a test of this app holds its own ones to that schema.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { JSDOM } from 'jsdom'

const { window } = new JSDOM('<!doctype html><body></body>')
for (const name of ['window', 'document', 'Node', 'Element', 'HTMLElement', 'MutationObserver', 'DOMParser']) {
  globalThis[name] = name === 'window' ? window : window[name]
}
globalThis.getSelection = () => window.getSelection()
globalThis.requestAnimationFrame = (run) => setTimeout(run, 0)
globalThis.innerHeight = window.innerHeight

const { Editor, Mark, Node } = await import('@tiptap/core')
const { Collaboration } = await import('@tiptap/extension-collaboration')
const Y = await import('yjs')

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'))

function attributes(spec) {
  const named = Object.entries(spec.attrs ?? {})
  return Object.fromEntries(named.map(([name, one]) => [name, { default: one.default ?? null, rendered: false }]))
}

function shown(name, isLeaf) {
  return {
    parseHTML: () => [{ tag: `x-${name.toLowerCase()}` }],
    renderHTML: () => (isLeaf ? [`x-${name.toLowerCase()}`] : [`x-${name.toLowerCase()}`, 0]),
  }
}

function withoutAttributes(spec) {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => name !== 'attrs'))
}

function extensions(document) {
  const nodes = Object.entries(schema.nodes).map(([name, spec]) => {
    const rest = withoutAttributes(spec)
    const rendered = name === 'text' ? {} : shown(name, !spec.content)
    return Node.create({
      name, ...rest, ...rendered, topNode: name === schema.topNode, addAttributes: () => attributes(spec),
    })
  })
  const marks = Object.entries(schema.marks).map(([name, spec]) => {
    const rest = withoutAttributes(spec)
    return Mark.create({ name, ...rest, ...shown(name, false), addAttributes: () => attributes(spec) })
  })
  return [...nodes, ...marks, Collaboration.configure({ document })]
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 0))

async function open(document) {
  const editor = new Editor({ element: window.document.createElement('div'), extensions: extensions(document) })
  // The binding renders in a moment of its own (y-tiptap: ``_forceRerender``).
  await aMoment()
  await aMoment()
  return editor
}

async function answer(asked) {
  const document = new Y.Doc()
  for (const update of asked.updates ?? []) Y.applyUpdate(document, Buffer.from(update, 'base64'))
  const editor = await open(document)
  for (const content of asked.documents ?? []) {
    editor.commands.setContent(content)
    await aMoment()
  }
  const update = Buffer.from(Y.encodeStateAsUpdate(document)).toString('base64')
  const said = { document: editor.getJSON(), update }
  editor.destroy()
  return said
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
process.exit(0)
