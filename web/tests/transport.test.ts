import { afterEach, describe, expect, test, vi } from 'vitest'
import { ahead } from '../src/api/ahead'
import { answered, api } from '../src/api/client'
import { Problem, problemOf } from '../src/api/problem'
import { onSessionEnd, send } from '../src/api/transport'

const URL_OF_PAGE = 'http://localhost:3000/api/v1/entries/1'
const answers = (...each: (Response | Error)[]): ReturnType<typeof vi.fn> => {
  const left = [...each]
  const fetched = vi.fn(() => {
    const next = left.shift()
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next ?? new Error('asked too often'))
  })
  vi.stubGlobal('fetch', fetched)
  return fetched
}
const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ type: `http://here/problems/${code}`, title: code, status }), { status, headers })

afterEach(() => vi.unstubAllGlobals())

describe('a request', () => {
  test('waits as long as Retry-After says, then goes on with the same Idempotency-Key', async () => {
    const fetched = answers(problem(503, 'overloaded', { 'retry-after': '0' }), new Response('{}'))

    const answer = await send(new Request(URL_OF_PAGE, { method: 'POST', body: '{}' }))
    const keys = fetched.mock.calls.map(([request]) => (request as Request).headers.get('idempotency-key'))

    expect(answer.status).toBe(200)
    expect(keys[0]).toBe(keys[1])
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('that was asked ahead takes that answer, once', async () => {
    const fetched = answers(new Response('"first"'), new Response('"second"'))
    ahead(['/api/v1/entries/1'])

    const [one, two] = [await send(new Request(URL_OF_PAGE)), await send(new Request(URL_OF_PAGE))]

    expect([await one.json(), await two.json()]).toEqual(['first', 'second'])
    expect(fetched).toHaveBeenCalledTimes(2)
  })

  test.each([problem(503, 'overloaded'), new Error('no network')])('that was asked ahead in vain is asked again', async (vain) => {
    answers(vain, new Response('"then"'))
    ahead(['/api/v1/entries/1'])

    expect(await (await send(new Request(URL_OF_PAGE))).json()).toBe('then')
  })

  test('does not wait a minute: the answer is given to who can decide', async () => {
    const fetched = answers(problem(429, 'too_many', { 'retry-after': '60' }))

    const answer = await send(new Request(URL_OF_PAGE))

    expect(answer.status).toBe(429)
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  test('asks to sign in when the session has ended, then goes on', async () => {
    onSessionEnd(() => Promise.resolve(true))
    answers(problem(401, 'unauthenticated'), new Response('{"id":"1"}'))

    expect(await (await send(new Request(URL_OF_PAGE))).json()).toEqual({ id: '1' })
  })

  test('never asks to sign in because a password was wrong', async () => {
    const ask = vi.fn(() => Promise.resolve(true))
    onSessionEnd(ask)
    answers(problem(401, 'unauthenticated'))

    const answer = await send(new Request('http://localhost:3000/api/v1/auth/local', { method: 'POST', body: '{}' }))

    expect(answer.status).toBe(401)
    expect(ask).not.toHaveBeenCalled()
  })

  test('without a network is a problem that passes', async () => {
    answers(new TypeError('Failed to fetch'))

    const failed = await send(new Request(URL_OF_PAGE)).catch((error: unknown) => error)

    expect(failed).toBeInstanceOf(Problem)
    expect((failed as Problem).code).toBe('offline')
    expect((failed as Problem).passes).toBe(true)
  })
})

describe('a refusal', () => {
  test('names each field with its remedy', async () => {
    const body = { type: 'x/problems/invalid', title: 'No', errors: [{ name: 'title', problem: 'missing', remedy: 'Give one.' }] }

    const found = await problemOf(new Response(JSON.stringify(body), { status: 422 }))

    expect(found.fields).toEqual([{ name: 'title', problem: 'missing', remedy: 'Give one.' }])
    expect(found.passes).toBe(false)
  })

  test('comes out of the generated client as a typed error', async () => {
    answers(problem(404, 'not_found'))

    const failed = await answered(api.GET('/api/v1/me')).catch((error: unknown) => error)

    expect(failed).toMatchObject({ code: 'not_found', status: 404 })
  })
})
