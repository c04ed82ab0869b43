/** Show what this device keeps of a page without a network; IndexedDB's library comes only then. */
import type { PageInHand } from './page'

export async function keptPage(person: string, entry: string): Promise<PageInHand | null> {
  const { draftOf, keyOf } = await import('../../drafts/store')
  const kept = await draftOf(keyOf(person, entry))
  return (kept?.page ?? null) as PageInHand | null
}
