/** Fetch and change what the Page screen shows. */
import { answered, api, type Schemas } from '../../api/client'
import { Problem } from '../../api/problem'

export type Entry = Schemas['EntryView']
export type Circuit = Schemas['Circuit']
export type Revision = Schemas['RevisionView']
export type Notebook = Schemas['Notebook']
export type PageInHand = { entry: Entry; notebook: Notebook; circuit: Circuit | null; revisions: Revision[] }
const SHOWN_REVISIONS = 6

export async function loadPage(id: string): Promise<PageInHand> {
  const params = { path: { entry: id } }
  const [entry, revisions] = await Promise.all([
    answered(api.GET('/api/v1/entries/{entry}', { params })),
    answered(
      api.GET('/api/v1/entries/{entry}/revisions', { params: { ...params, query: { limit: SHOWN_REVISIONS } } }),
    ),
  ])
  const [notebook, circuit] = await Promise.all([
    answered(api.GET('/api/v1/notebooks/{notebook}', { params: { path: { notebook: entry.notebook } } })),
    // An open page was never sent into one.
    entry.state === 'open'
      ? null
      : unlessMissing(answered(api.GET('/api/v1/entries/{entry}/circuit', { params }))),
  ])
  return { entry, notebook, circuit, revisions: revisions.items }
}

/** A page struck out before it was sent has none. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (problem) {
    if (problem instanceof Problem && problem.code === 'not_found') return null
    throw problem
  }
}

export function mayWrite(entry: Entry): boolean {
  return entry.may.includes('write') && (entry.state === 'open' || entry.state === 'returned')
}

/** Return the address of a file of a revision; the gateway decides, then redirects to a signed URL. */
export function fileAddress(entry: string, revision: number, name: string): string {
  return `/api/v1/entries/${entry}/revisions/${revision}/attachments/${encodeURIComponent(name)}`
}

export type Version = {
  entry: Entry
  title: string
  reason: string
  draft: { epoch: number; state_vector: string }
  /** Files of this device, each with its finished upload. */
  added: { name: string; upload: string }[]
}

/** Save a version from the draft: the files of the head stay, those of this device are added. */
export async function saveVersion(version: Version): Promise<Revision> {
  const { entry, title, reason, draft } = version
  const kept = (entry.revision?.attachments ?? []).map(({ name, sha256 }) => ({ name, sha256 }))
  const body = { title, reason, draft, fields: entry.revision?.fields ?? {}, attachments: [...kept, ...version.added] }
  const params = { path: { entry: entry.id }, header: { 'If-Match': `"${entry.head}"` } }
  return answered(api.POST('/api/v1/entries/{entry}/revisions', { params, body }))
}

export type Stage = { role: 'author' | 'witness' | 'approver'; signers: string[]; quorum: number }

/** Freeze the newest version and ask its signers, in order. */
export async function sendIntoCircuit(entry: Entry, stages: Stage[]): Promise<Circuit> {
  const params = { path: { entry: entry.id } }
  return answered(api.POST('/api/v1/entries/{entry}/circuit', { params, body: { revision: entry.head, stages } }))
}
