/** Small decisions of the page being written. */
import { XmlElement, type Doc } from 'yjs'
import { FRAGMENT } from '../../drafts/draft.svelte'
import type { FileQueue } from '../../files/queue.svelte'

/** What browsers show in an <img>, and ProseMirror may hold; an SVG can carry scripts and stays a file. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'])

export function isPicture(file: File): boolean {
  return PICTURES.has(file.type)
}

/** Return bytes as base64, as the revision call wants the state vector. */
export function vectorText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Return the names of the pictures a draft shows. */
export function picturesIn(doc: Doc): string[] {
  const found = doc.getXmlFragment(FRAGMENT).querySelectorAll('image')
  return found.flatMap((each) => (each instanceof XmlElement ? [each.getAttribute('attachment') ?? ''] : [])).filter(Boolean)
}

/** What the rail needs of the page being written: its files on their way, how to add one, and how to keep what is written. */
export type Desk = {
  queue: FileQueue
  onfiles: (files: File[], at: number | null) => void
  /** Save what no version holds yet, and return what went wrong, in words. */
  keep: () => Promise<string>
}
