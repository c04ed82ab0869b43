/** Ask what a screen will ask before its code is here: on a slow network the two travel together. */
import { language } from '../i18n/language.svelte'

/** Then it is asked again, in the usual way. */
const PATIENCE_MS = 5_000

const started = new Map<string, Promise<Response>>()

/** Start to read these paths; whoever reads one first gets that answer. */
export function ahead(paths: string[]): void {
  for (const path of paths) {
    const answer = fetch(path, { headers: { 'Accept-Language': language() }, signal: AbortSignal.timeout(PATIENCE_MS) })
    // Whoever takes it asks again when it failed; nobody may take it at all.
    answer.catch(() => undefined)
    started.set(new URL(path, location.origin).href, answer)
  }
}

/** Return the answer that is on its way to this request, once; or null. */
export function takeAhead(request: Request): Promise<Response> | null {
  const answer = request.method === 'GET' ? started.get(request.url) : undefined
  started.delete(request.url)
  return answer ?? null
}
