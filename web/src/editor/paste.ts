/** Clean HTML before the editor reads it: what could run, load or cover something is gone, text and tables stay. */

const DROPPED =
  'script, style, template, iframe, object, embed, frame, frameset, link, meta, base, form, svg, math, video, audio, ' +
  'source, picture, img:not([data-attachment])'
/** What the schema's rules read; the rest of the attributes says nothing to them. */
const KEPT = new Set([
  'href', 'colspan', 'rowspan', 'start', 'class', 'alt', 'data-attachment', 'data-latex', 'data-person', 'data-entry',
  'data-label', 'data-type', 'data-checked', 'data-pm-slice',
])

/** Return pasted HTML without what the schema has no place for; a document made by DOMParser runs nothing. */
export function harmless(html: string): string {
  const pasted = new DOMParser().parseFromString(html, 'text/html')
  for (const element of pasted.querySelectorAll(DROPPED)) element.remove()
  for (const element of pasted.body.querySelectorAll('*')) {
    for (const name of element.getAttributeNames()) if (!KEPT.has(name)) element.removeAttribute(name)
  }
  return new XMLSerializer().serializeToString(pasted.body)
}
