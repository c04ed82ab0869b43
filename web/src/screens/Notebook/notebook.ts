/** Fetch a notebook's cover: its number, its unit with the supervising bodies, its holders by name. */
import { answered, api, type Schemas } from '../../api/client'

export type Notebook = Schemas['Notebook']
export type Structure = Schemas['Structure']
export type Cover = { notebook: Notebook; places: Structure[]; holders: Schemas['PersonView'][] }
/** Institution › region › unit › team: no tree is deeper. */
const DEEPEST = 4

export async function loadCover(id: string): Promise<Cover> {
  const notebook = await answered(api.GET('/api/v1/notebooks/{notebook}', { params: { path: { notebook: id } } }))
  const [places, people] = await Promise.all([
    placesAbove(notebook.structure),
    answered(api.GET('/api/v1/people', { params: { query: { ids: notebook.holders } } })),
  ])
  return { notebook, places, holders: people.items }
}

/** Return where a notebook belongs, from the unit down. */
async function placesAbove(structure: string): Promise<Structure[]> {
  const found: Structure[] = []
  let next: string | null = structure
  while (next !== null && found.length < DEEPEST) {
    const each: Structure = await answered(api.GET('/api/v1/structures/{structure}', { params: { path: { structure: next } } }))
    if (each.kind === 'region' || each.kind === 'institution') break
    found.unshift(each)
    next = each.parent
  }
  return found
}

export type Summary = Schemas['EntrySummary']
export type State = Summary['state']
export const STATES: State[] = ['open', 'returned', 'in_circuit', 'signed', 'sealed', 'struck_out']
export type Filters = { state: State | ''; q: string; newest: boolean }
const SLICE = 50

/** Return the filters an address holds. */
export function filtersOf(query: URLSearchParams): Filters {
  const state = STATES.find((each) => each === query.get('state')) ?? ''
  return { state, q: query.get('q') ?? '', newest: query.get('order') === 'newest' }
}

/** List a notebook's pages in the order of their numbers. */
export function listPages(notebook: string, filters: Filters, cursor?: string): Promise<Schemas['EntryList']> {
  const query = {
    q: filters.q,
    newest_first: filters.newest,
    limit: SLICE,
    ...(filters.state === '' ? {} : { state: [filters.state] }),
    ...(cursor === undefined ? {} : { cursor }),
  }
  return answered(api.GET('/api/v1/notebooks/{notebook}/entries', { params: { path: { notebook }, query } }))
}
