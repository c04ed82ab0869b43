/** Ask what was found inside a file (docs/flows/read-inside-a-file.md), and say it. */
import { answered, api, type Schemas } from '../../../api/client'
import { Problem } from '../../../api/problem'
import en from '../../../i18n/inside/en.json'
import fr from '../../../i18n/inside/fr.json'
import { phrases } from '../../../i18n/language.svelte'
import { fileAddress } from '../page'

export const tell = phrases({ fr, en })
export type Inside = Schemas['FileText']
export type Place = NonNullable<Inside['places']>[number]
/** A file of a revision. */
export type Held = { entry: string; number: number; name: string; mediaType: string }
export type Sheet = { name: string; rows: string[][]; truncated: boolean }

/** A file is read within seconds of the version that names it; then it is asked for less and less often. */
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]
const DEADLINE_MS = 15_000

export function loadInside({ entry, number, name }: Held, places: boolean): Promise<Inside> {
  const params = { path: { entry, number, name }, query: { places } }
  return answered(api.GET('/api/v1/entries/{entry}/revisions/{number}/attachments/{name}/text', { params }))
}

/** Tell what becomes of a file until it has been read. */
export async function follow(held: Held, ended: AbortSignal, show: (inside: Inside) => void): Promise<void> {
  for (const wait of [...WAITS_MS, null]) {
    const found = await loadInside(held, false).catch(nothing)
    if (ended.aborted || found === null) return
    show(found)
    if (found.status !== 'pending' || wait === null) return
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** A preview is a comfort: without it the file is there all the same. */
function nothing(problem: unknown): null {
  if (problem instanceof Problem) return null
  throw problem
}

export function previewAddress({ entry, number, name }: Held, kind: string): string {
  return `${fileAddress(entry, number, name)}/preview?kind=${kind}`
}

/**
 * Return the first rows of a table.
 *
 * Throws:
 *   Problem: nobody answered, or there is none.
 */
export async function loadSheets(held: Held): Promise<Sheet[]> {
  const answer = await fetch(previewAddress(held, 'table'), { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => null)
  if (!answer?.ok) throw new Problem('unavailable', answer?.status ?? 0, tell('inside.nothing'))
  return ((await answer.json()) as { sheets: Sheet[] }).sheets
}

/** Return where a passage stands, in the reader's language. */
export function placeText({ kind, label }: Place): string {
  const number = /\d+$/.exec(label)?.[0] ?? ''
  return kind === 'slide' || kind === 'line' ? tell(`inside.${kind}`, { number }) : label
}

/** Return why a file was not read, or not to its end. */
export function reasonText({ reason }: Inside): string {
  return reason ? tell(`reason.${reason}`) : ''
}
