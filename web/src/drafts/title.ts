/** The title of a draft: plain text that several may word at once. */
import type { Doc, Text } from 'yjs'

/** Its place in the document (docs/flows/sync-a-draft.md). */
export function titleOf(doc: Doc): Text {
  return doc.getText('title')
}

/** One stretch of a text replaced by another; places count UTF-16 units, as Yjs does. */
export type Change = { at: number; removed: number; added: string }

/** Return the least change between two texts, never in the middle of a character of two units. */
export function changeBetween(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length)
  let at = 0
  while (at < shorter && before[at] === after[at]) at += 1
  if (at > 0 && isHigh(before, at - 1)) at -= 1
  let tail = 0
  while (tail < shorter - at && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  if (tail > 0 && isLow(before, before.length - tail)) tail -= 1
  return { at, removed: before.length - at - tail, added: after.slice(at, after.length - tail) }
}

/** Write a title over the one that is there, changing no more than what differs. */
export function rewrite(text: Text, wanted: string): void {
  const { at, removed, added } = changeBetween(text.toString(), wanted)
  if (removed === 0 && added === '') return
  text.doc?.transact(() => {
    text.delete(at, removed)
    text.insert(at, added)
  })
}

/** Return where a caret stands after a change somebody else made. */
export function caretAfter({ at, removed, added }: Change, caret: number): number {
  if (caret <= at) return caret
  return caret >= at + removed ? caret - removed + added.length : at + added.length
}

function isHigh(text: string, place: number): boolean {
  return (text.charCodeAt(place) & 0xfc00) === 0xd800
}

function isLow(text: string, place: number): boolean {
  return (text.charCodeAt(place) & 0xfc00) === 0xdc00
}
