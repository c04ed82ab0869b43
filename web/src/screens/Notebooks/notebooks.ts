/** Fetch the notebooks a person may read, and open a new one. */
import { answered, api, type Schemas } from '../../api/client'

export type Notebook = Schemas['Notebook']
export type Structure = Schemas['Structure']
const SLICE = 50

export function listNotebooks(cursor?: string): Promise<Schemas['NotebookList']> {
  return answered(api.GET('/api/v1/notebooks', { params: { query: { cursor, limit: SLICE } } }))
}

/** Return the teams and units a person belongs to today: a notebook is opened in one of them. */
export async function ownStructures(ids: string[]): Promise<Structure[]> {
  const found = await Promise.all(
    [...new Set(ids)].map((structure) =>
      answered(api.GET('/api/v1/structures/{structure}', { params: { path: { structure } } })),
    ),
  )
  return found.filter((structure) => structure.kind === 'team' || structure.kind === 'unit')
}

export function openNotebook(structure: string, title: string): Promise<Notebook> {
  return answered(api.POST('/api/v1/notebooks', { body: { structure, title, restricted: false } }))
}
