/** Fetch what waits for a signature, and sign it: a ceremony opened, identity proven, receipts taken. */
import { answered, api, type Schemas } from '../../api/client'
import { send } from '../../api/transport'
import type { Language } from '../../i18n/language.svelte'

export type InboxItem = Schemas['InboxItem']
export type Circuit = Schemas['Circuit']
export type Ceremony = Schemas['Ceremony']
export type Receipt = Schemas['Receipt']
export type Method = Schemas['AuthenticatorList']['methods'][number]
export type Proof = { method: Method; password: string; code: string }

/** A hundred statements, each with two time stamps, take their time; the gateway gives up a little sooner. */
const SIGNING_DEADLINE_MS = 70_000
const SLICE = 50
/** After this a step is late: the first reminder has gone out (product.md §7). */
const LATE_MS = 3 * 86_400_000

export function isLate(item: InboxItem, now: number = Date.now()): boolean {
  return now - Date.parse(item.waiting_since) > LATE_MS
}

export function listInbox(locale: Language, cursor?: string): Promise<Schemas['InboxList']> {
  return answered(api.GET('/api/v1/signing/inbox', { params: { query: { locale, cursor, limit: SLICE } } }))
}

export type Waiting = { circuit: Circuit; revision: Schemas['RevisionView'] }

/** Return what a person reads before signing: the circuit, and the very revision it froze. */
export async function loadWaiting(item: InboxItem): Promise<Waiting> {
  const entry = { entry: item.entry }
  const [circuit, revision] = await Promise.all([
    answered(api.GET('/api/v1/entries/{entry}/circuit', { params: { path: entry } })),
    answered(api.GET('/api/v1/entries/{entry}/revisions/{number}', { params: { path: { ...entry, number: item.revision } } })),
  ])
  return { circuit, revision }
}

export function loadMethods(): Promise<Schemas['AuthenticatorList']> {
  return answered(api.GET('/api/v1/me/authenticators'))
}

export function openCeremony(items: InboxItem[], locale: Language, method: Method): Promise<Ceremony> {
  const steps = items.map((item) => item.step)
  return answered(api.POST('/api/v1/signing/ceremonies', { body: { steps, locale, method } }))
}

/** Prove identity and sign; repeated after a lost answer it returns the same receipts. */
export async function completeCeremony(id: string, proof: Proof): Promise<Receipt[]> {
  const call = api.POST('/api/v1/signing/ceremonies/{ceremony}/complete', {
    params: { path: { ceremony: id } },
    body: proof,
    fetch: (request) => send(request, { deadlineMs: SIGNING_DEADLINE_MS }),
  })
  return (await answered(call)).items
}

export function loadReceipt(id: string): Promise<Receipt> {
  return answered(api.GET('/api/v1/receipts/{receipt}', { params: { path: { receipt: id } } }))
}

export function returnStep(item: InboxItem, reason: string): Promise<Circuit> {
  return answered(
    api.POST('/api/v1/signing/steps/{step}/return', { params: { path: { step: item.step } }, body: { reason } }),
  )
}
