import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { caretAfter, changeBetween, rewrite, titleOf } from '../src/drafts/title'

describe('the title of a draft', () => {
  test.each([
    ['Essai', 'Essais', { at: 5, removed: 0, added: 's' }],
    ['Essai 12', 'Essai 2', { at: 6, removed: 1, added: '' }],
    ['aaa', 'aa', { at: 2, removed: 1, added: '' }],
    ['', 'Essai', { at: 0, removed: 0, added: 'Essai' }],
    ['Lot 🧪', 'Lot 🧫', { at: 4, removed: 2, added: '🧫' }],
    ['\u{1F9EA}', '\u{2F9EA}', { at: 0, removed: 2, added: '\u{2F9EA}' }],
  ])('changes from %j to %j by no more than what differs', (before, after, change) => {
    expect(changeBetween(before, after)).toEqual(change)
  })

  test('is worded by two at once, and neither loses a word', () => {
    const [one, other] = [new Y.Doc(), new Y.Doc()]
    rewrite(titleOf(one), 'Dosage du lot 🧪')
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
    rewrite(titleOf(one), 'Dosage du second lot 🧪')
    rewrite(titleOf(other), 'Dosage du lot 🧫, suite')
    Y.applyUpdate(other, Y.encodeStateAsUpdate(one))
    Y.applyUpdate(one, Y.encodeStateAsUpdate(other))

    expect(titleOf(one).toString()).toBe('Dosage du second lot 🧫, suite')
    expect(titleOf(other).toString()).toBe(titleOf(one).toString())
  })

  test('leaves the caret at its letter when a colleague writes before it', () => {
    expect(caretAfter(changeBetween('lot 12', 'second lot 12'), 3)).toBe(10)
    expect(caretAfter(changeBetween('lot 12', 'lot 123'), 3)).toBe(3)
    expect(caretAfter(changeBetween('un deux trois', 'un trois'), 5)).toBe(3)
  })
})
