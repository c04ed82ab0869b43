/** What changed between two revisions, and how its unchanged parts fold away. */
import type { Schemas } from '../api/client'
import type { DocumentNode } from './node'

export type Comparison = Schemas['Comparison']
export type BlockChange = Schemas['BlockChange']
export type WordRun = Schemas['WordRun']

/** Unchanged blocks beside a change show where one is; a longer run folds into a line. */
const CONTEXT = 1
export type Group = { folded: boolean; changes: BlockChange[] }

/** Cut a comparison into what is shown and what is folded: runs of unchanged blocks, but for one beside each change. */
export function grouped(blocks: readonly BlockChange[]): Group[] {
  const near = blocks.map((_, at) =>
    blocks.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((block) => block.op !== 'same'),
  )
  const groups: Group[] = []
  for (const [at, block] of blocks.entries()) {
    const folded = !near[at]
    const last = groups.at(-1)
    if (last && last.folded === folded) last.changes.push(block)
    else groups.push({ folded, changes: [block] })
  }
  return groups
}

export function hasChanges(comparison: Comparison): boolean {
  return (
    comparison.blocks.some((block) => block.op !== 'same') ||
    comparison.title.some((run) => run.op !== 'same') ||
    (comparison.attachments ?? []).length + (comparison.fields ?? []).length > 0
  )
}

const INNER = new Set(['listItem', 'taskItem', 'tableRow', 'tableCell', 'tableHeader'])

/** Return what of a block can stand alone: an item or a cell outside its list or table would be no markup at all. */
export function standing(node: DocumentNode): DocumentNode[] {
  return INNER.has(node.type) ? (node.content ?? []).flatMap(standing) : [node]
}
