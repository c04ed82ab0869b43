/** Fetch a page's revisions, and what changed between two of them. */
import { answered, api, type Schemas } from '../../api/client'
import type { Comparison } from '../../document/comparison'

export type Revision = Schemas['RevisionView']
export type Entry = Schemas['EntryView']
const SLICE = 50

export function loadEntry(entry: string): Promise<Entry> {
  return answered(api.GET('/api/v1/entries/{entry}', { params: { path: { entry } } }))
}

export function listRevisions(entry: string, cursor?: string): Promise<Schemas['RevisionList']> {
  return answered(
    api.GET('/api/v1/entries/{entry}/revisions', { params: { path: { entry }, query: { cursor, limit: SLICE } } }),
  )
}

export function compare(entry: string, from: number, to: number): Promise<Comparison> {
  return answered(api.GET('/api/v1/entries/{entry}/compare', { params: { path: { entry }, query: { from, to } } }))
}
