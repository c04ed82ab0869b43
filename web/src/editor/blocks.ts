/** Write blocks as the published schema has them (contracts/entries/document.json). */
import { type Extensions } from '@tiptap/core'
import Blockquote from '@tiptap/extension-blockquote'
import CodeBlock from '@tiptap/extension-code-block'
import Document from '@tiptap/extension-document'
import HardBreak from '@tiptap/extension-hard-break'
import Heading from '@tiptap/extension-heading'
import HorizontalRule from '@tiptap/extension-horizontal-rule'
import { BulletList, ListItem, ListKeymap, OrderedList, TaskItem, TaskList } from '@tiptap/extension-list'
import Paragraph from '@tiptap/extension-paragraph'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import Text from '@tiptap/extension-text'
import { t } from '../i18n/language.svelte'

const count = (name: string) => ({
  default: 1,
  validate: 'number',
  parseHTML: (element: HTMLElement) => Number(element.getAttribute(name) ?? 1) || 1,
})
/** Widths and alignment of cells are looks, and no part of a record. */
const CELL = { addAttributes: () => ({ colspan: count('colspan'), rowspan: count('rowspan') }) }

const NumberedList = OrderedList.extend({ addAttributes: () => ({ start: count('start') }) })

const SpokenTask = TaskItem.extend({
  addAttributes: () => ({
    checked: {
      default: false,
      validate: 'boolean',
      keepOnSplit: false,
      parseHTML: (element: HTMLElement) => ['', 'true'].includes(element.getAttribute('data-checked') ?? 'false'),
      renderHTML: (attributes: Record<string, unknown>) => ({ 'data-checked': attributes['checked'] }),
    },
  }),
}).configure({
  nested: true,
  a11y: { checkboxLabel: (node, checked) => `${t(checked ? 'document.done' : 'document.to_do')} : ${node.textContent}` },
})

const TitledHeading = Heading.extend({
  addAttributes: () => ({ level: { default: 1, validate: 'number', rendered: false } }),
  renderHTML({ node, HTMLAttributes }) {
    // As in the read view: the page's title is the h1, the author's levels stand under it.
    return [`h${Number(node.attrs['level']) + 1}`, { ...HTMLAttributes, class: `level-${node.attrs['level']}` }, 0]
  },
}).configure({ levels: [1, 2, 3, 4] })

const PlainCode = CodeBlock.extend({
  addAttributes: () => ({
    language: {
      default: null,
      validate: 'string|null',
      rendered: false,
      parseHTML: (element: HTMLElement) => languageOf(element.querySelector('code')),
    },
  }),
})

function languageOf(code: Element | null): string | null {
  const named = [...(code?.classList ?? [])].find((name) => name.startsWith('language-'))
  return named?.slice('language-'.length) ?? null
}

export const BLOCKS: Extensions = [
  Document,
  Paragraph,
  TitledHeading,
  Text,
  BulletList,
  NumberedList,
  ListItem,
  TaskList,
  SpokenTask,
  ListKeymap,
  Blockquote,
  PlainCode,
  HardBreak,
  HorizontalRule,
  Table.configure({ resizable: false }),
  TableRow,
  TableHeader.extend(CELL),
  TableCell.extend(CELL),
]
