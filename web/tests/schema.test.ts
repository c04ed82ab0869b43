import { getSchema } from '@tiptap/core'
import type { MarkSpec, NodeSpec } from '@tiptap/pm/model'
import { expect, test } from 'vitest'
import published from '../../contracts/entries/document.json'
import { ATOMS } from '../src/editor/atoms'
import { BLOCKS } from '../src/editor/blocks'
import { MARKS } from '../src/editor/marks'

/** What decides which documents are valid and how they are written; how an editor behaves is not part of it. */
const DECISIVE = ['content', 'group', 'inline', 'atom', 'marks', 'code', 'excludes', 'inclusive', 'defining', 'isolating', 'tableRole'] as const

function decisive(spec: NodeSpec | MarkSpec): Record<string, unknown> {
  const kept = DECISIVE.filter((name) => spec[name] !== undefined && spec[name] !== false)
  const attrs = Object.entries(spec.attrs ?? {}).map(([name, attribute]) => {
    const { default: value, validate } = attribute as { default?: unknown; validate?: unknown }
    return [name, { ...(value === undefined ? {} : { default: value }), validate }]
  })
  return {
    ...Object.fromEntries(kept.map((name) => [name, spec[name]])),
    ...(attrs.length > 0 ? { attrs: Object.fromEntries(attrs) } : {}),
  }
}

const all = (specs: Record<string, NodeSpec | MarkSpec>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, decisive(spec)]))

test('the editor writes the published schema, no more and no less', () => {
  const schema = getSchema([...BLOCKS, ...ATOMS, ...MARKS])
  const nodes = Object.fromEntries(Object.entries(schema.nodes).map(([name, type]) => [name, type.spec]))
  const marks = Object.fromEntries(Object.entries(schema.marks).map(([name, type]) => [name, type.spec]))

  expect(schema.topNodeType.name).toBe(published.topNode)
  expect(all(nodes)).toEqual(all(published.nodes as Record<string, NodeSpec>))
  expect(all(marks)).toEqual(all(published.marks as Record<string, MarkSpec>))
})

test('marks are written in the published order, so that the same text has the same bytes', () => {
  const schema = getSchema([...BLOCKS, ...ATOMS, ...MARKS])

  expect(Object.keys(schema.marks)).toEqual(Object.keys(published.marks))
})
