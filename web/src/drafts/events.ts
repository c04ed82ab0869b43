/** Listen to a page: somebody wrote, something else changed, who is here (GET /entries/{id}/events). */

export type Presence = { person: string; name: string; since: string; me: boolean }
export type Listener = {
  /** The stream is open, again or for the first time: an event may have been lost meanwhile. */
  onopen: () => void
  ondraft: (draft: { epoch: number; cursor: number }) => void
  onentry: (what: string) => void
  onhere: (people: Presence[]) => void
  onclosed: (reason: string) => void
}

/** A stream the browser gave up on (an error status) is opened again after this. */
const REOPEN_MS = 5000

/** Listen until the returned function is called. */
export function listenTo(entry: string, listener: Listener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false

  function open(): void {
    source = new EventSource(`/api/v1/entries/${entry}/events`)
    source.onopen = listener.onopen
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED && !ended) timer = setTimeout(open, REOPEN_MS)
    }
    on(source, 'draft', listener.ondraft)
    on(source, 'entry', (data: { what: string }) => listener.onentry(data.what))
    on(source, 'here', (data: { people: Presence[] }) => listener.onhere(data.people))
    on(source, 'closed', (data: { reason: string }) => listener.onclosed(data.reason))
  }

  open()
  return () => {
    ended = true
    clearTimeout(timer)
    source?.close()
  }
}

function on<Data>(source: EventSource, name: string, tell: (data: Data) => void): void {
  source.addEventListener(name, (event) => tell(JSON.parse((event as MessageEvent<string>).data) as Data))
}
