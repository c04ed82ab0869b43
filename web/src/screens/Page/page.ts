/** Fetch what the Page screen shows. */
import { answered, api, type Schemas } from '../../api/client'
import { Problem } from '../../api/problem'

export type Entry = Schemas['EntryView']
export type Circuit = Schemas['Circuit']
export type PageInHand = { entry: Entry; notebook: Schemas['Notebook']; circuit: Circuit | null }

export async function loadPage(id: string): Promise<PageInHand> {
  const params = { path: { entry: id } }
  const [entry, circuit] = await Promise.all([
    answered(api.GET('/api/v1/entries/{entry}', { params })),
    unlessMissing(answered(api.GET('/api/v1/entries/{entry}/circuit', { params }))),
  ])
  const notebook = await answered(
    api.GET('/api/v1/notebooks/{notebook}', { params: { path: { notebook: entry.notebook } } }),
  )
  return { entry, notebook, circuit }
}

/** A page that was never sent into a circuit has none. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (problem) {
    if (problem instanceof Problem && problem.code === 'not_found') return null
    throw problem
  }
}

/** Return the address of a file of a revision; the gateway decides, then redirects to a signed URL. */
export function fileAddress(entry: string, revision: number, name: string): string {
  return `/api/v1/entries/${entry}/revisions/${revision}/attachments/${encodeURIComponent(name)}`
}
