/** Find pages; what may be found is decided inside the index, so totals and facets are exact. */
import { answered, api, type Schemas } from '../../api/client'

export type Found = Awaited<ReturnType<typeof read>>
export type Hit = Found['items'][number]
export type FacetValue = Schemas['FacetValue']
/** What one can narrow by, in the order it is offered: one value of each. */
export const FACETS = ['state', 'unit', 'team', 'notebook', 'author', 'tag', 'file_type', 'year_month'] as const
export type FacetName = (typeof FACETS)[number]
export type Filters = Record<FacetName, string> & { q: string; sort: 'relevance' | 'newest' }
type State = Schemas['Hit']['state']

const SLICE = 20

/** Return the filters an address holds. */
export function filtersOf(query: URLSearchParams): Filters {
  const text = (name: string): string => query.get(name) ?? ''
  const narrowed = Object.fromEntries(FACETS.map((name) => [name, text(name)])) as Record<FacetName, string>
  return { ...narrowed, q: text('q'), sort: query.get('sort') === 'newest' ? 'newest' : 'relevance' }
}

export function isEmpty(filters: Filters): boolean {
  return filters.q.trim() === '' && FACETS.every((name) => filters[name] === '')
}

export function find(filters: Filters, cursor?: string): Promise<Found> {
  const narrowed = Object.fromEntries(FACETS.filter((name) => filters[name] !== '').map((name) => [name, filters[name]]))
  return read({
    ...(narrowed as Partial<Record<FacetName, string>> & { state?: State }),
    q: filters.q,
    sort: filters.sort,
    // Facets are of the whole answer: the first slice brings them.
    ...(cursor === undefined ? { facets: [...FACETS] } : { cursor }),
    limit: SLICE,
  })
}

function read(query: Query) {
  return answered(api.GET('/api/v1/search', { params: { query } }))
}

type Query = Partial<Record<Exclude<FacetName, 'state'>, string>> & {
  q?: string
  state?: State
  sort?: 'relevance' | 'newest'
  facets?: FacetName[]
  cursor?: string
  limit?: number
}

export type Piece = { text: string; marked: boolean }

/** Cut a snippet where its marked words begin and end; ranges count code points, as Python does. */
export function pieces(text: string, ranges: readonly (readonly number[])[]): Piece[] {
  const points = [...text]
  const cut: Piece[] = []
  let at = 0
  for (const [start = 0, end = 0] of ranges) {
    if (start > at) cut.push({ text: points.slice(at, start).join(''), marked: false })
    cut.push({ text: points.slice(start, end).join(''), marked: true })
    at = end
  }
  if (at < points.length) cut.push({ text: points.slice(at).join(''), marked: false })
  return cut
}
