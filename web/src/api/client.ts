/** Call the gateway with the types of its own OpenAPI description. */
import createClient from 'openapi-fetch'
import { language } from '../i18n/language.svelte'
import { problemOf } from './problem'
import type { components, paths } from './schema'
import { send } from './transport'

export type Schemas = components['schemas']

export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => send(request) })
// Problems come back in the language of the interface.
api.use({ onRequest: ({ request }) => request.headers.set('Accept-Language', language()) })

type Answered<T> = { data?: T; error?: unknown; response: Response }

/**
 * Return what a call answered.
 *
 * Throws:
 *   Problem: the gateway refused, or nobody answered in time.
 */
export async function answered<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call
  if (error !== undefined || !response.ok) throw await problemOf(again(error, response))
  return data as NonNullable<T>
}

/** The client has read the body already: give it back to who explains it. */
function again(error: unknown, response: Response): Response {
  return new Response(JSON.stringify(error ?? {}), { status: response.status, headers: response.headers })
}
