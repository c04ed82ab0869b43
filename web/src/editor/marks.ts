/** Write marks as the published schema has them (contracts/entries/document.json), in its order. */
import { Mark, type Extensions } from '@tiptap/core'
import Bold from '@tiptap/extension-bold'
import Code from '@tiptap/extension-code'
import Italic from '@tiptap/extension-italic'
import Strike from '@tiptap/extension-strike'
import Subscript from '@tiptap/extension-subscript'
import Superscript from '@tiptap/extension-superscript'
import Underline from '@tiptap/extension-underline'
import { safeLink } from '../document/node'

/**
 * An address and nothing else: where it opens is decided by who shows it.
 *
 * Our own, because TipTap's brings a parser of bare addresses that weighs as much as half of a reading screen.
 */
const Link = Mark.create({
  name: 'link',
  inclusive: false,
  addAttributes: () => ({ href: { isRequired: true, validate: 'string' } }),
  parseHTML: () => [
    { tag: 'a[href]', getAttrs: (element) => (safeLink(element.getAttribute('href')) === undefined ? false : null) },
  ],
  renderHTML: ({ HTMLAttributes }) => ['a', { href: safeLink(HTMLAttributes['href']), rel: 'noopener noreferrer' }, 0],
})

export const MARKS: Extensions = [Link, Bold, Code, Italic, Strike, Subscript, Superscript, Underline]
