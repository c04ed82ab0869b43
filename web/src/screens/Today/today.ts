/** Fetch what Today shows, and start a page. */
import { answered, api, type Schemas } from '../../api/client'

export type Today = Schemas['Today']
type Page = Schemas['EntryView']
const SHOWN = 8

export function loadToday(): Promise<Today> {
  return answered(api.GET('/api/v1/me/today', { params: { query: { limit: SHOWN } } }))
}

/** Return the open notebooks one can choose from, newest first. */
export async function openNotebooks(): Promise<Schemas['Notebook'][]> {
  const found = await answered(api.GET('/api/v1/notebooks', { params: { query: { limit: 200 } } }))
  return found.items.filter((notebook) => !notebook.closed_at)
}

/** Allocate the next page of a notebook. */
export function createPage(notebook: string, title: string): Promise<Schemas['EntryView']> {
  return answered(
    api.POST('/api/v1/notebooks/{notebook}/entries', { params: { path: { notebook } }, body: { title } }),
  )
}

export type Unsent = { entry: string; title: string; unsent: number; changedAt: string }

/** Return the drafts on this device that the server does not hold whole, the newest first. */
export async function unsentOf(person: string): Promise<Unsent[]> {
  // The store of drafts is loaded after the screen: most days there is nothing in it to tell.
  const { draftsOf } = await import('../../drafts/store')
  const found = await draftsOf(person)
  return found
    .filter((draft) => draft.unsent > 0)
    .map(({ page, title, ...draft }) => ({ ...draft, title: title || (page as { entry: Page } | null)?.entry.title || draft.entry }))
    .sort((one, other) => other.changedAt.localeCompare(one.changedAt))
}
