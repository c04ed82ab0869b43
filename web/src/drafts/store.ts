/**
 * Keep drafts on this device (IndexedDB): every change before it is sent, so that a closed lid loses nothing.
 *
 * Keys begin with the person: a shared computer shows nobody another's text.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

export type StoredUpdate = { id?: number; draft: string; update: Uint8Array; mine: boolean }
export type StoredDraft = {
  draft: string
  person: string
  entry: string
  epoch: number
  /** The last of our own updates the server has committed (id of a StoredUpdate). */
  sent: number
  serverVector: Uint8Array
  title: string
  /** What the screen shows of the page without a network. */
  page: unknown
  changedAt: string
}
/** A text that could not be merged: kept until the person throws it away. */
export type StoredCopy = { id?: number; draft: string; document: unknown; keptAt: string; reason: string }
export type StoredFile = {
  id: string
  draft: string
  name: string
  mediaType: string
  bytes: Blob
  upload: string | null
  /** Known once it is sent; rows of earlier versions of the app lack it. */
  sha256?: string | null
  done: boolean
  refused: string | null
}

interface Kept extends DBSchema {
  drafts: { key: string; value: StoredDraft; indexes: { person: string } }
  updates: { key: number; value: StoredUpdate; indexes: { draft: string } }
  copies: { key: number; value: StoredCopy; indexes: { draft: string } }
  files: { key: string; value: StoredFile; indexes: { draft: string } }
}

const NAME = 'paillasse'
/** Beyond this many rows a draft is folded into one. */
export const FOLD_ROWS = 300
let opened: Promise<IDBPDatabase<Kept>> | null = null

export function keyOf(person: string, entry: string): string {
  return `${person}/${entry}`
}

function database(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>(NAME, 1, {
    upgrade(made) {
      made.createObjectStore('drafts', { keyPath: 'draft' }).createIndex('person', 'person')
      for (const name of ['updates', 'copies'] as const) {
        made.createObjectStore(name, { keyPath: 'id', autoIncrement: true }).createIndex('draft', 'draft')
      }
      made.createObjectStore('files', { keyPath: 'id' }).createIndex('draft', 'draft')
    },
  })
  return opened
}

export async function draftOf(draft: string): Promise<StoredDraft | undefined> {
  return (await database()).get('drafts', draft)
}

/** Return the drafts of a person on this device, with how many of their changes are not sent. */
export async function draftsOf(person: string): Promise<(StoredDraft & { unsent: number })[]> {
  const kept = await database()
  const found = await kept.getAllFromIndex('drafts', 'person', person)
  return Promise.all(
    found.map(async (each) => {
      const updates = await kept.getAllFromIndex('updates', 'draft', each.draft)
      return { ...each, unsent: updates.filter((update) => update.mine && (update.id ?? 0) > each.sent).length }
    }),
  )
}

export async function keepDraft(draft: StoredDraft): Promise<void> {
  await (await database()).put('drafts', draft)
}

export async function updatesOf(draft: string): Promise<StoredUpdate[]> {
  return (await database()).getAllFromIndex('updates', 'draft', draft)
}

/** Keep an update; when this returns it survives a crash of the browser. */
export async function keepUpdate(update: StoredUpdate): Promise<number> {
  const transaction = (await database()).transaction('updates', 'readwrite', { durability: 'strict' })
  const id = await transaction.store.add(update)
  await transaction.done
  return id
}

/** Replace all rows of a draft by one, in one transaction. */
export async function fold(draft: string, whole: Uint8Array): Promise<void> {
  const transaction = (await database()).transaction('updates', 'readwrite')
  const keys = await transaction.store.index('draft').getAllKeys(draft)
  await Promise.all([
    ...keys.map((key) => transaction.store.delete(key)),
    transaction.store.add({ draft, update: whole, mine: false }),
    transaction.done,
  ])
}

/** Forget a draft's life: its rows and its epoch; copies and files stay. */
export async function forgetUpdates(draft: string): Promise<void> {
  const transaction = (await database()).transaction('updates', 'readwrite')
  const keys = await transaction.store.index('draft').getAllKeys(draft)
  await Promise.all([...keys.map((key) => transaction.store.delete(key)), transaction.done])
}

export async function keepCopy(copy: StoredCopy): Promise<void> {
  await (await database()).add('copies', copy)
}

export async function copiesOf(draft: string): Promise<StoredCopy[]> {
  return (await database()).getAllFromIndex('copies', 'draft', draft)
}

export async function dropCopy(id: number): Promise<void> {
  await (await database()).delete('copies', id)
}

export async function filesOf(draft: string): Promise<StoredFile[]> {
  return (await database()).getAllFromIndex('files', 'draft', draft)
}

export async function keepFile(file: StoredFile): Promise<void> {
  await (await database()).put('files', file)
}

export async function dropFile(id: string): Promise<void> {
  await (await database()).delete('files', id)
}
