import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Problem } from '../src/api/problem'
import { Draft } from '../src/drafts/draft.svelte'
import { Pending, UPDATE_LIMIT_BYTES } from '../src/drafts/pending'
import { copiesOf } from '../src/drafts/store'
import { read, written, type Answer, type Question } from '../src/drafts/wire'

/** A server as docs/flows/sync-a-draft.md describes it, that can be told to refuse. */
class Server {
  readonly doc = new Y.Doc()
  readonly refusals: Problem[] = []
  epoch = 1

  ask = (_entry: string, question: Question): Promise<Answer> => {
    const refusal = this.refusals.shift()
    if (refusal) return Promise.reject(refusal)
    if (question.update.length > 0) Y.applyUpdate(this.doc, question.update)
    const theirs = question.stateVector.length > 0 ? question.stateVector : undefined
    return Promise.resolve({
      more: false, notTaken: false, epoch: this.epoch, cursor: 1, stateVector: Y.encodeStateVector(this.doc),
      updates: [Y.encodeStateAsUpdate(this.doc, theirs)],
    })
  }

  get text(): string {
    return this.doc.getText('t').toString()
  }
}

let page = 0
let server: Server

beforeEach(() => {
  page += 1
  server = new Server()
})

async function opened(): Promise<Draft> {
  const draft = new Draft('person', `page-${page}`, server.ask)
  await draft.open()
  await draft.settled()
  return draft
}

describe('a draft', () => {
  test('is on this device before it is sent, and comes back after a crash', async () => {
    const draft = await opened()
    server.refusals.push(...Array.from({ length: 9 }, () => new Problem('offline', 0, '')))
    draft.doc.getText('t').insert(0, 'dans le train')
    await draft.settled().catch(() => undefined)
    draft.close()
    server.refusals.length = 0
    const again = await opened()

    expect(again.doc.getText('t').toString()).toBe('dans le train')
    expect(server.text).toBe('dans le train')
  })

  test.each([401, 413, 429, 500, 503, 0])('keeps its text when the server answers %i', async (status) => {
    const draft = await opened()
    server.refusals.push(new Problem('unavailable', status, ''))
    draft.doc.getText('t').insert(0, 'mot')
    const failed = await draft.settled().catch((error: unknown) => error)
    await draft.settled()

    expect(failed).toBeInstanceOf(Problem)
    expect(server.text).toBe('mot')
  })

  test('with a new life on the server keeps what was not sent as a copy', async () => {
    const draft = await opened()
    server.refusals.push(new Problem('conflict', 409, '', [], { reason: 'draft_epoch' }))
    draft.doc.getXmlFragment('default').insert(0, [new Y.XmlElement('paragraph')])
    await draft.settled()
    const copies = await copiesOf(draft.key)

    expect(copies.map((copy) => copy.reason)).toEqual(['epoch'])
    expect(draft.doc.getXmlFragment('default').length).toBe(0)
  })
})

describe('the bytes of a sync', () => {
  test('are big-endian and say their lengths', () => {
    const bytes = written({ epoch: 1, cursor: 258, stateVector: new Uint8Array([7]), update: new Uint8Array([8, 9]) })

    expect([...bytes]).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 1, 7, 0, 0, 0, 2, 8, 9])
  })

  test('of an answer that was cut off are refused whole', () => {
    const whole = new Uint8Array([1, 3, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 1, 9, 0, 0, 0, 1, 0, 0, 0, 2, 4, 5])

    expect(read(whole)).toEqual({
      more: true, notTaken: true, epoch: 2, cursor: 5, stateVector: new Uint8Array([9]), updates: [new Uint8Array([4, 5])],
    })
    expect(() => read(whole.slice(0, -1))).toThrow(RangeError)
  })

  test('carry no more than one call may', () => {
    const doc = new Y.Doc()
    const pending = new Pending()
    let id = 0
    doc.on('update', (update: Uint8Array) => pending.add((id += 1), update))
    for (let count = 0; count < 3; count += 1) doc.getText('t').insert(0, 'x'.repeat(UPDATE_LIMIT_BYTES / 2 - 100))

    expect(pending.batch().last).toBe(2)
    pending.sent(2)
    expect(pending.batch().last).toBe(3)
  })
})
