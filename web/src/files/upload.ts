/**
 * Send a file to the store: a plan of URLs, its parts in parallel, then the check.
 *
 * What broke is taken up again from the plan: parts the store has are not sent twice, also after a reload.
 */
import { answered, api, type Schemas } from '../api/client'
import { Problem, retryAfter } from '../api/problem'
import { t } from '../i18n/language.svelte'

const PARALLEL = 3
const PART_TRIES = 4
/** A part is a few MB; a mobile network carries it in this time, or is tried again. */
const PART_DEADLINE_MS = 120_000
/** Hashing in one piece needs the whole file in memory: above this the store's own digest has to do. */
const HASHED_BYTES = 64 * 1024 * 1024

export type Sent = Schemas['Blob']
type Plan = Schemas['UploadPlan']
type Part = Plan['parts'][number]
export type Sending = {
  bytes: Blob
  name: string
  mediaType: string
  /** What the store is told it is for, empty for nothing in particular. */
  purpose: string
  /** The upload begun before, or null. */
  upload: string | null
  onplan: (upload: string) => Promise<void>
  /** A fraction, 0 to 1. */
  onprogress: (fraction: number) => void
}

/**
 * Send a file and return what the store holds.
 *
 * Throws:
 *   Problem: refused, or it broke; call it again with the same upload to go on.
 */
export async function sendFile(sending: Sending): Promise<Sent> {
  const plan = await planned(sending)
  const arrived = new Map(plan.parts.map((part) => [part.number, part.received ? part.size_bytes : 0]))
  const total = Math.max(1, sending.bytes.size)
  const progress = (part: Part): void => {
    arrived.set(part.number, part.size_bytes)
    sending.onprogress([...arrived.values()].reduce((sum, size) => sum + size, 0) / total)
  }
  const missing = plan.parts.filter((part) => !part.received)
  const worker = async (): Promise<void> => {
    for (let part = missing.shift(); part; part = missing.shift()) {
      await put(part, sending.bytes.slice(part.offset, part.offset + part.size_bytes))
      progress(part)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  const body = await digestOf(sending.bytes)
  return answered(api.POST('/api/v1/uploads/{upload}/complete', { params: { path: { upload: plan.id } }, body }))
}

async function planned(sending: Sending): Promise<Plan> {
  if (sending.upload !== null) {
    try {
      return await answered(api.GET('/api/v1/uploads/{upload}', { params: { path: { upload: sending.upload } } }))
    } catch (problem) {
      // The plan has expired: begin anew.
      if (!(problem instanceof Problem) || problem.code !== 'not_found') throw problem
    }
  }
  const body = { name: sending.name, media_type: sending.mediaType, size_bytes: sending.bytes.size, purpose: sending.purpose }
  const plan = await answered(api.POST('/api/v1/uploads', { body }))
  await sending.onplan(plan.id)
  return plan
}

async function put(part: Part, bytes: Blob): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const signal = AbortSignal.timeout(PART_DEADLINE_MS)
    const options = { method: 'PUT', body: bytes, headers: part.headers, credentials: 'omit' as const, signal }
    const answer = await fetch(part.url, options).catch(() => null)
    if (answer?.ok) return
    const final = answer !== null && answer.status < 500 && answer.status !== 429
    if (final || tried >= PART_TRIES) throw broken(answer)
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried))
  }
}

function broken(answer: Response | null): Problem {
  if (answer === null) return new Problem('offline', 0, t('problem.offline'))
  const full = answer.status === 507
  return new Problem(full ? 'storage_full' : 'unavailable', answer.status, t('files.refused'), [], {}, retryAfter(answer))
}

async function digestOf(bytes: Blob): Promise<{ sha256?: string }> {
  if (bytes.size > HASHED_BYTES) return {}
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer())
  return { sha256: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('') }
}
