/** Queue the files of a draft on this device and send them when there is a network. */
import { Problem } from '../api/problem'
import { Backoff } from '../drafts/backoff'
import { dropFile, filesOf, keepFile, type StoredFile } from '../drafts/store'
import { sendFile } from './upload'

export type Queued = StoredFile & { progress: number; address: string }

export class FileQueue {
  files = $state.raw<Queued[]>([])
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody watches it
  private readonly sending = new Map<string, Promise<void>>()
  private readonly backoff = new Backoff()
  private timer: ReturnType<typeof setTimeout> | undefined
  private ended = false

  /** Others who write the page find its files by their purpose (`entry:` and its id). */
  constructor(
    private readonly draft: string,
    private readonly purpose: string,
  ) {}

  async open(): Promise<void> {
    this.files = (await filesOf(this.draft)).map(shown)
    addEventListener('online', this.resume)
    this.resume()
  }

  close(): void {
    this.ended = true
    clearTimeout(this.timer)
    removeEventListener('online', this.resume)
    for (const file of this.files) URL.revokeObjectURL(file.address)
  }

  /** Files still on their way. */
  get waiting(): Queued[] {
    return this.files.filter((file) => !file.done && file.refused === null)
  }

  /** Keep a file on this device, then send it; the name is made unique among ``taken``. */
  async add(file: File, taken: string[]): Promise<string> {
    const name = unique(file.name || 'image.png', [...taken, ...this.files.map((each) => each.name)])
    const kept: StoredFile = {
      id: crypto.randomUUID(), draft: this.draft, name, mediaType: file.type || 'application/octet-stream', bytes: file,
      upload: null, sha256: null, done: false, refused: null,
    }
    await keepFile(kept)
    this.files = [...this.files, shown(kept)]
    this.resume()
    return name
  }

  /** Drop a file: it was refused, or the person changed their mind, or a version holds it now. */
  async drop(id: string): Promise<void> {
    await dropFile(id)
    this.files = this.files.filter((file) => file.id !== id)
  }

  /** Wait until every file is sent; throws the first refusal. */
  async settled(): Promise<void> {
    await Promise.all(this.waiting.map((file) => this.send(file)))
    const left = this.waiting[0]
    if (left) throw new Problem('offline', 0, left.name)
  }

  private resume = (): void => {
    for (const file of this.waiting) void this.send(file)
  }

  /** One sending a file, however often it is asked for. */
  private send(file: Queued): Promise<void> {
    const running = this.sending.get(file.id) ?? this.sendOnce(file)
    this.sending.set(file.id, running)
    return running
  }

  private async sendOnce(file: Queued): Promise<void> {
    if (this.ended) return
    try {
      const onplan = (upload: string): Promise<void> => this.change(file.id, { upload })
      const onprogress = (progress: number): void => void this.show(file.id, { progress })
      const sent = await sendFile({ ...this.now(file), purpose: this.purpose, onplan, onprogress })
      await this.change(file.id, { done: true, upload: sent.upload, sha256: sent.sha256 })
      this.backoff.reset()
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      // A busy server is asked again by itself; an ended session when the person does something: the dialog came once.
      if (problem.passes) this.later(problem.retryAfterSeconds)
      else if (problem.status !== 401) await this.change(file.id, { refused: problem.message })
    } finally {
      this.sending.delete(file.id)
    }
  }

  private later(retryAfterSeconds: number | null): void {
    clearTimeout(this.timer)
    if (!this.ended) this.timer = setTimeout(this.resume, this.backoff.next(retryAfterSeconds))
  }

  private now(file: Queued): Queued {
    return this.files.find((each) => each.id === file.id) ?? file
  }

  private show(id: string, part: Partial<Queued>): void {
    this.files = this.files.map((file) => (file.id === id ? { ...file, ...part } : file))
  }

  private async change(id: string, part: Partial<StoredFile>): Promise<void> {
    this.show(id, part)
    const file = this.files.find((each) => each.id === id)
    if (!file) return
    await keepFile(stored(file))
  }
}

function stored({ id, draft, name, mediaType, bytes, upload, sha256, done, refused }: Queued): StoredFile {
  return { id, draft, name, mediaType, bytes, upload, sha256: sha256 ?? null, done, refused }
}

function shown(file: StoredFile): Queued {
  return { ...file, progress: file.done ? 1 : 0, address: URL.createObjectURL(file.bytes) }
}

/** Return a name nobody has yet: “gel.png”, “gel (2).png”. */
export function unique(name: string, taken: string[]): string {
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  let wanted = name
  for (let number = 2; taken.includes(wanted); number += 1) wanted = `${stem} (${number})${ending}`
  return wanted
}
