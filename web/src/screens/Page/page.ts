/** Fetch and change what the Page screen shows. */
import { answered, api, type Schemas } from '../../api/client'
import { Problem } from '../../api/problem'
import { t } from '../../i18n/language.svelte'
import { SHOWN_REVISIONS } from '../../router/routes'

export type Entry = Schemas['EntryView']
export type Circuit = Schemas['Circuit']
export type Revision = Schemas['RevisionView']
export type Notebook = Schemas['Notebook']
export type PageInHand = {
  entry: Entry
  /** None while the page is all that has come. */
  notebook: Notebook | null
  circuit: Circuit | null
  revisions: Revision[]
}

/** Return a page with all that stands around it; ``soon`` is given it as soon as it can be read. */
export async function loadPage(id: string, soon: (page: PageInHand) => void): Promise<PageInHand> {
  const params = { path: { entry: id } }
  const revisions = answered(
    api.GET('/api/v1/entries/{entry}/revisions', { params: { ...params, query: { limit: SHOWN_REVISIONS } } }),
  )
  // Awaited below: until then its failure is nobody's surprise.
  revisions.catch(() => undefined)
  const entry = await answered(api.GET('/api/v1/entries/{entry}', { params }))
  soon({ entry, notebook: null, circuit: null, revisions: [] })
  const [notebook, circuit, { items }] = await Promise.all([
    answered(api.GET('/api/v1/notebooks/{notebook}', { params: { path: { notebook: entry.notebook } } })),
    // An open page was never sent into one.
    entry.state === 'open'
      ? null
      : unlessMissing(answered(api.GET('/api/v1/entries/{entry}/circuit', { params }))),
    revisions,
  ])
  return { entry, notebook, circuit, revisions: items }
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

export type Added = { name: string; upload: string }
/** A file this device sent; the digest is unknown for one sent by an earlier version of the app. */
export type Own = Added & { sha256: string | null }

export type Version = {
  entry: Entry
  title: string
  reason: string
  draft: { epoch: number; state_vector: string }
  /** Files of this device, each with its finished upload. */
  added: Added[]
}

/** Return the address of a file somebody sent for this page, before a version holds it. */
export function draftFileAddress(entry: string, name: string): string {
  return `/api/v1/entries/${entry}/draft/files/${encodeURIComponent(name)}`
}

/**
 * Return the files a version brings: one's own, without those another's version holds meanwhile, and the pictures of the
 * text that somebody else sent. Throws `missing_file` when nobody did: its bytes are still on another device.
 */
export async function withOthers(entry: Entry, own: Own[], pictures: string[]): Promise<Added[]> {
  const held = new Map((entry.revision?.attachments ?? []).map((each) => [each.name, each.sha256]))
  // Two different files of one name are refused by the server: better than to lose one of them.
  const added: Added[] = own
    .filter(({ name, sha256 }) => !sha256 || held.get(name) !== sha256)
    .map(({ name, upload }) => ({ name, upload }))
  const known = new Set([...held.keys(), ...added.map((each) => each.name)])
  const wanted = [...new Set(pictures)].filter((name) => !known.has(name))
  if (wanted.length === 0) return added
  const params = { path: { entry: entry.id } }
  const sent = (await answered(api.GET('/api/v1/entries/{entry}/draft/files', { params }))).items
  for (const name of wanted) {
    const found = sent.find((each) => each.name === name)
    if (!found) throw new Problem('missing_file', 0, t('page.image_missing', { name }))
    added.push({ name, upload: found.upload })
  }
  return added
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

/** End the page without deleting anything. */
export async function strikeOut(entry: Entry, reason: string): Promise<Entry> {
  const params = { path: { entry: entry.id } }
  return answered(api.POST('/api/v1/entries/{entry}/strike-out', { params, body: { reason } }))
}
