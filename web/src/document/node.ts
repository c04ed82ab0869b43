/** Name the parts of a document (contracts/entries/document.json). */
export type Mark = { type: string; attrs?: Record<string, unknown> }
export type DocumentNode = {
  type: string
  attrs?: Record<string, unknown>
  content?: DocumentNode[]
  marks?: Mark[]
  text?: string
}

/** Where the bytes of an attachment come from, by its name. */
export type FileAddress = (name: string) => string

const SAFE_LINK = /^(https?:|mailto:)/i

/** Return a link's address when it is one people may follow, else nothing: a record may hold any text. */
export function safeLink(href: unknown): string | undefined {
  return typeof href === 'string' && SAFE_LINK.test(href) ? href : undefined
}

/** Return an attribute as text. */
export function textOf(node: DocumentNode, name: string): string {
  const value = node.attrs?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Return an attribute as a number, such as colspan. */
export function numberOf(node: DocumentNode, name: string): number {
  return Number(node.attrs?.[name] ?? 1)
}
