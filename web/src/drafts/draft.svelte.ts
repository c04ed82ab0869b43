/**
 * Hold one draft: kept on this device first, then synchronised, whatever happens on the way.
 *
 * A change is in IndexedDB before it is sent. It leaves the list of what waits only when the server says it has
 * committed it; every other answer, or none, leaves it there.
 */
import { yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { Problem } from '../api/problem'
import { Backoff } from './backoff'
import { Pending } from './pending'
import { ask, type Asked } from './sync'
import * as store from './store'
import type { Answer, Question } from './wire'

/** The fragment the editor binds to: TipTap Collaboration's own name. */
export const FRAGMENT = 'default'
/** Typing rests this long before it is sent: one call for a word, not for a letter. */
const REST_MS = 400
export type SyncState = 'opening' | 'synchronised' | 'sending' | 'waiting' | 'signed_out' | 'refused' | 'closed'

export class Draft {
  readonly key: string
  doc = $state.raw(new Y.Doc())
  /** Everything typed is in IndexedDB. */
  saved = $state(true)
  sync = $state<SyncState>('opening')
  /** This device has no room: what is typed is only on its way to the server. */
  full = $state(false)
  problem = $state.raw<Problem | null>(null)
  /** There is a document to edit: from this device, or from the server. */
  ready = $state(false)
  copies = $state.raw<store.StoredCopy[]>([])
  epoch = 0
  cursor = 0
  serverVector: Uint8Array = new Uint8Array()

  private kept!: store.StoredDraft
  private readonly pending = new Pending()
  private readonly backoff = new Backoff()
  private timer: ReturnType<typeof setTimeout> | undefined
  private writing: Promise<unknown> = Promise.resolve()
  private busy: Promise<void> | null = null
  private again = false
  private wholeNext = false
  private ended = false
  private rows = 0
  private lastRow = 0

  constructor(
    person: string,
    private readonly entry: string,
    private readonly answers: Asked = ask,
  ) {
    this.key = store.keyOf(person, entry)
    this.kept = fresh(this.key, person, entry)
  }

  /** Load what this device has, then start to synchronise. */
  async open(): Promise<void> {
    this.kept = (await store.draftOf(this.key)) ?? this.kept
    this.epoch = this.kept.epoch
    this.serverVector = this.kept.serverVector
    const rows = await store.updatesOf(this.key)
    this.rows = rows.length
    Y.transact(this.doc, () => rows.forEach((row) => Y.applyUpdate(this.doc, row.update)), 'store')
    for (const row of rows) if (row.mine && (row.id ?? 0) > this.kept.sent) this.pending.add(row.id ?? 0, row.update)
    this.copies = await store.copiesOf(this.key)
    this.ready = this.epoch > 0
    this.watch()
    addEventListener('online', this.now)
    this.now()
  }

  /** What the screen shows of the page without a network. */
  get page(): unknown {
    return this.kept.page
  }

  async remember(part: Partial<Pick<store.StoredDraft, 'title' | 'page'>>): Promise<void> {
    this.kept = { ...this.kept, ...part, changedAt: timestamp() }
    await store.keepDraft(this.kept)
  }

  /** Synchronise at once: the network is back, somebody else wrote, a version is to be saved. */
  now = (): void => {
    this.after(0)
  }

  /** Wait until everything typed is committed by the server. */
  async settled(): Promise<void> {
    await this.writing
    clearTimeout(this.timer)
    await this.run()
    if (this.pending.count > 0) throw this.problem ?? new Problem('unavailable', 503, '')
  }

  /** Drop a copy the person has dealt with. */
  async dropCopy(id: number): Promise<void> {
    await store.dropCopy(id)
    this.copies = await store.copiesOf(this.key)
  }

  close(): void {
    this.ended = true
    clearTimeout(this.timer)
    removeEventListener('online', this.now)
    this.doc.destroy()
  }

  private watch(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'store') this.keep(update, origin !== 'sync')
    })
  }

  private keep(update: Uint8Array, mine: boolean): void {
    if (mine) this.saved = false
    this.writing = this.writing.then(async () => {
      const id = await this.stored(update, mine)
      if (mine) this.pending.add(id, update)
    })
    const written = this.writing
    void written.then(() => {
      if (written !== this.writing) return
      this.saved = !this.full
      if (mine) this.after(REST_MS)
    })
  }

  /** Return the row's id; on a device that is full the server is all there is, and the screen says so. */
  private async stored(update: Uint8Array, mine: boolean): Promise<number> {
    try {
      this.lastRow = await store.keepUpdate({ draft: this.key, update, mine })
      this.rows += 1
      this.full = false
      if (mine && this.kept.changedAt === '') await this.remember({})
    } catch {
      this.full = true
    }
    return this.lastRow
  }

  private after(milliseconds: number): void {
    if (this.ended || this.sync === 'closed') return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.run(), milliseconds)
  }

  private async run(): Promise<void> {
    if (this.busy) {
      this.again = true
      return this.busy
    }
    this.busy = this.exchange()
    await this.busy
    this.busy = null
    if (this.again || (this.pending.count > 0 && this.sync === 'synchronised')) {
      this.again = false
      this.after(REST_MS)
    }
  }

  private async exchange(): Promise<void> {
    if (this.ready) this.sync = 'sending'
    try {
      let more = true
      while (more && !this.ended) more = await this.step()
      this.problem = null
      this.sync = 'synchronised'
      this.backoff.reset()
      if (this.rows > store.FOLD_ROWS && this.pending.count === 0) await this.fold()
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      await this.refused(problem)
    }
  }

  /** One call; return whether another is needed at once. */
  private async step(): Promise<boolean> {
    await this.writing
    const batch = this.pending.batch()
    const whole = this.wholeNext
    const answer = await this.answers(this.entry, this.question(whole ? null : batch.update))
    if (this.ended) return false
    await this.take(answer, answer.notTaken ? 0 : batch.last)
    this.wholeNext = answer.notTaken && !whole
    return answer.more || this.wholeNext || (this.pending.count > 0 && !answer.notTaken)
  }

  /** ``update`` null: everything the server lacks, as one. */
  private question(update: Uint8Array | null): Question {
    const nothing = new Uint8Array()
    const { epoch, cursor } = this
    if (epoch === 0) return { epoch, cursor, stateVector: nothing, update: nothing }
    const sent = update ?? Y.encodeStateAsUpdate(this.doc, filled(this.serverVector))
    return { epoch, cursor, stateVector: Y.encodeStateVector(this.doc), update: sent }
  }

  /** Keep what the server answered; our updates up to ``sent`` are committed. */
  private async take(answer: Answer, sent: number): Promise<void> {
    for (const each of answer.updates) Y.applyUpdate(this.doc, each, 'sync')
    this.epoch = answer.epoch
    this.cursor = answer.cursor
    this.serverVector = answer.stateVector
    await this.writing
    this.pending.sent(sent)
    const { epoch, stateVector: serverVector } = answer
    this.kept = { ...this.kept, epoch, serverVector, sent: Math.max(sent, this.kept.sent) }
    await store.keepDraft(this.kept)
    this.ready = true
  }

  private async fold(): Promise<void> {
    await store.fold(this.key, Y.encodeStateAsUpdate(this.doc))
    this.rows = 1
  }

  private async refused(problem: Problem): Promise<void> {
    this.problem = problem
    const ending = endingOf(problem)
    if (ending === 'epoch' || ending === 'invalid') {
      await this.beginAgain(ending)
    } else if (ending !== null) {
      if (this.pending.count > 0) await this.keepCopy(ending)
      this.sync = 'closed'
    } else if (problem.passes || problem.status === 401) {
      this.sync = problem.status === 401 ? 'signed_out' : 'waiting'
      this.after(this.backoff.next(problem.retryAfterSeconds))
    } else {
      // Too large, or no right to write: nothing is sent until something changes; the text stays here.
      this.sync = 'refused'
    }
  }

  /** The draft has another life on the server: keep what was not sent as a copy, and take up the new one. */
  private async beginAgain(reason: string): Promise<void> {
    if (this.pending.count > 0) await this.keepCopy(reason)
    await store.forgetUpdates(this.key)
    this.pending.clear()
    this.rows = 0
    this.epoch = this.cursor = 0
    this.serverVector = new Uint8Array()
    this.kept = { ...this.kept, epoch: 0, sent: 0, serverVector: this.serverVector }
    await store.keepDraft(this.kept)
    this.ready = false
    this.doc = new Y.Doc()
    this.watch()
    this.again = true
  }

  private async keepCopy(reason: string): Promise<void> {
    const { content } = yXmlFragmentToProsemirrorJSON(this.doc.getXmlFragment(FRAGMENT)) as { content: object[] }
    const { title } = this.kept
    // A title no version holds comes as a line of its own.
    const line = title === '' ? [] : [{ type: 'paragraph', content: [{ type: 'text', text: title }] }]
    const document = { type: 'doc', content: [...line, ...content] }
    await store.keepCopy({ draft: this.key, document, keptAt: timestamp(), reason })
    this.copies = await store.copiesOf(this.key)
  }
}

function timestamp(): string {
  return new Date().toISOString()
}

/** Return why a draft's life here is over, or null when it goes on. */
function endingOf(problem: Problem): string | null {
  if (problem.code === 'conflict') return problem.detail['reason'] === 'draft_epoch' ? 'epoch' : null
  return ['invalid', 'sealed', 'not_found'].includes(problem.code) ? problem.code : null
}

/** An empty state vector is one byte, a count of zero. */
function filled(vector: Uint8Array): Uint8Array {
  return vector.length === 0 ? new Uint8Array([0]) : vector
}

function fresh(draft: string, person: string, entry: string): store.StoredDraft {
  return {
    draft, person, entry, epoch: 0, sent: 0, serverVector: new Uint8Array(), title: '', page: null, changedAt: '',
  }
}
