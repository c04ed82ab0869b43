/** Hold what a screen reads: one answer, or a list that comes in slices; and what went wrong while reading it. */
import { Problem } from './problem'

/** One answer of the API, read again on demand; the old value stays while the new one travels. */
export class Resource<T> {
  value = $state.raw<T | null>(null)
  problem = $state.raw<Problem | null>(null)
  busy = $state(false)
  private turn = 0

  constructor(private readonly read: () => Promise<T>) {}

  /** Read it; an answer that was overtaken by a later question is dropped. */
  async load(): Promise<void> {
    const turn = (this.turn += 1)
    this.busy = true
    try {
      const value = await this.read()
      if (turn !== this.turn) return
      this.value = value
      this.problem = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (turn === this.turn) this.problem = error
    } finally {
      if (turn === this.turn) this.busy = false
    }
  }
}

export type Slice<T> = { items: T[]; next_cursor?: string | null }

/** A list of the API by its cursor. */
export class Slices<T, S extends Slice<T> = Slice<T>> {
  items = $state.raw<T[]>([])
  /** The newest slice whole: totals and facets travel beside the items. */
  last = $state.raw<S | null>(null)
  problem = $state.raw<Problem | null>(null)
  busy = $state(false)
  private turn = 0

  constructor(private readonly read: (cursor: string | undefined) => Promise<S>) {}

  get next(): string | null {
    return this.last?.next_cursor ?? null
  }

  /** Read the list from its start. */
  async load(): Promise<void> {
    await this.take(undefined)
  }

  /** Add the slice after ``cursor``. */
  async more(cursor: string): Promise<void> {
    await this.take(cursor)
  }

  private async take(cursor: string | undefined): Promise<void> {
    const turn = (this.turn += 1)
    this.busy = true
    try {
      const slice = await this.read(cursor)
      if (turn !== this.turn) return
      this.items = cursor === undefined ? slice.items : [...this.items, ...slice.items]
      this.last = slice
      this.problem = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (turn === this.turn) this.problem = error
    } finally {
      if (turn === this.turn) this.busy = false
    }
  }
}
