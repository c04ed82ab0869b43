/** Know how many pages wait for this person's signature, and since when: for the navigation and for Today. */
import { answered, api } from '../api/client'
import { Problem } from '../api/problem'
import { language } from '../i18n/language.svelte'

/** Counted to the end of the first slice: beyond it the number no longer helps anybody. */
export const COUNTED = 50
type Waiting = { count: number; more: boolean; oldest: string | null }
const state = $state<{ waiting: Waiting | null }>({ waiting: null })

export function waiting(): Waiting | null {
  return state.waiting
}

/** Count again; without a network the old number stays. */
export async function countWaiting(): Promise<void> {
  try {
    const query = { locale: language(), limit: COUNTED }
    const found = await answered(api.GET('/api/v1/signing/inbox', { params: { query } }))
    const oldest = found.items[0]?.waiting_since ?? null
    state.waiting = { count: found.items.length, more: Boolean(found.next_cursor), oldest }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}
