/** Hold our own updates that the server has not committed, oldest first, and take batches of them to send. */
import { mergeUpdates } from 'yjs'

/** The most one call may carry (docs/flows/sync-a-draft.md). */
export const UPDATE_LIMIT_BYTES = 786_432
export type Batch = { update: Uint8Array; last: number }
type Waiting = { id: number; update: Uint8Array }

export class Pending {
  private waiting: Waiting[] = []

  get count(): number {
    return this.waiting.length
  }

  add(id: number, update: Uint8Array): void {
    this.waiting.push({ id, update })
  }

  /** Return as many of the oldest updates, merged, as one call may carry; at least one. */
  batch(): Batch {
    let taken: Waiting[] = []
    let size = 0
    for (const each of this.waiting) {
      size += each.update.length
      if (taken.length > 0 && size > UPDATE_LIMIT_BYTES) break
      taken = [...taken, each]
    }
    if (taken.length === 0) return { update: new Uint8Array(), last: 0 }
    return { update: mergeUpdates(taken.map((each) => each.update)), last: taken.at(-1)?.id ?? 0 }
  }

  /** The server has committed everything up to ``id``. */
  sent(id: number): void {
    this.waiting = this.waiting.filter((each) => each.id > id)
  }

  clear(): void {
    this.waiting = []
  }
}
