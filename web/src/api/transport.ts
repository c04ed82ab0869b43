/**
 * Send one request well: a deadline, the same site's cookie, sign-in in place, patience with Retry-After.
 *
 * A write carries an Idempotency-Key, so repeating it after a lost answer never does it twice.
 */
import { t } from '../i18n/language.svelte'
import { takeAhead } from './ahead'
import { Problem, retryAfter } from './problem'

export const DEADLINE_MS = 15_000
const TRIES = 3
const LONGEST_WAIT_SECONDS = 5

/** Asked when a session has ended: opens the dialog, and says whether the person signed in again. */
export type AskToSignIn = () => Promise<boolean>
let askToSignIn: AskToSignIn = () => Promise.resolve(false)

/** Set who asks the person to sign in again. */
export function onSessionEnd(ask: AskToSignIn): void {
  askToSignIn = ask
}

/**
 * Send a request; used as the ``fetch`` of the generated client and for bodies that are not JSON.
 *
 * ``asks`` is false for work in the background: a dialog would catch what somebody is typing.
 */
export async function send(request: Request, { deadlineMs = DEADLINE_MS, asks = true } = {}): Promise<Response> {
  const keyed = withKey(request)
  const early = await takeAhead(keyed)?.catch(() => null)
  if (early?.ok) return early
  const answer = await patiently(keyed, deadlineMs)
  if (!asks || !ended(keyed, answer)) return answer
  // Once: who is refused after signing in has no right, not no session.
  return (await askToSignIn()) ? patiently(keyed, deadlineMs) : answer
}

async function patiently(request: Request, deadlineMs: number): Promise<Response> {
  for (let tried = 1; ; tried += 1) {
    const answer = await once(request.clone(), deadlineMs)
    const wait = patience(answer)
    if (wait === null || tried >= TRIES) return answer
    await sleep(wait * 1000, request.signal)
  }
}

async function once(request: Request, deadlineMs: number): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(deadlineMs)])
  try {
    return await fetch(request, { signal })
  } catch (error) {
    if (request.signal.aborted) throw error
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw late ? new Problem('no_answer', 0, t('problem.no_answer')) : new Problem('offline', 0, t('problem.offline'))
  }
}

function withKey(request: Request): Request {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (reads || request.headers.has('idempotency-key')) return request
  const headers = new Headers(request.headers)
  headers.set('Idempotency-Key', crypto.randomUUID())
  return new Request(request, { headers })
}

/** A login that is refused is an answer, not the end of a session. */
function ended(request: Request, answer: Response): boolean {
  return answer.status === 401 && !new URL(request.url).pathname.startsWith('/api/v1/auth/')
}

/** Return the seconds to wait before the same request again, or null when its answer is final. */
function patience(answer: Response): number | null {
  if (![429, 503, 504].includes(answer.status)) return null
  const seconds = retryAfter(answer) ?? 1
  return seconds > LONGEST_WAIT_SECONDS ? null : seconds
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
