/** What the toolbar and the slash menu do to the text. */
import Bold from '@lucide/svelte/icons/bold'
import Code from '@lucide/svelte/icons/code'
import Heading1 from '@lucide/svelte/icons/heading-1'
import Heading2 from '@lucide/svelte/icons/heading-2'
import Heading3 from '@lucide/svelte/icons/heading-3'
import ImageIcon from '@lucide/svelte/icons/image'
import Italic from '@lucide/svelte/icons/italic'
import LinkIcon from '@lucide/svelte/icons/link'
import List from '@lucide/svelte/icons/list'
import ListOrdered from '@lucide/svelte/icons/list-ordered'
import ListTodo from '@lucide/svelte/icons/list-todo'
import Quote from '@lucide/svelte/icons/quote'
import Redo2 from '@lucide/svelte/icons/redo-2'
import Sigma from '@lucide/svelte/icons/sigma'
import SquareCode from '@lucide/svelte/icons/square-code'
import Subscript from '@lucide/svelte/icons/subscript'
import Superscript from '@lucide/svelte/icons/superscript'
import TableIcon from '@lucide/svelte/icons/table'
import Undo2 from '@lucide/svelte/icons/undo-2'
import type { Editor } from '@tiptap/core'
import type { Component } from 'svelte'
import type { Key } from '../i18n/language.svelte'
import type { Act } from './offers'

export type Tool = Act & {
  icon: Component<{ size?: number }>
  shortcut?: string
  isOn?: (editor: Editor) => boolean
  /** A line before it. */
  separated?: boolean
  /** Offered by the slash menu too. */
  block?: boolean
}
/** What needs a dialog or a file, and so the screen around the editor. */
export type Asks = { formula: () => void; link: () => void; file: () => void }

const focused = (editor: Editor) => editor.chain().focus()

const mark = (id: 'bold' | 'italic' | 'code' | 'subscript' | 'superscript', key: Key, icon: Tool['icon'], shortcut?: string): Tool => ({
  id, key, icon, words: '',
  ...(shortcut ? { shortcut } : {}),
  run: (editor) => focused(editor).toggleMark(id).run(),
  isOn: (editor) => editor.isActive(id),
})

const heading = (level: 1 | 2 | 3, icon: Tool['icon']): Tool => ({
  id: `heading-${level}`,
  key: `editor.heading_${level}`,
  icon,
  words: `titre heading h${level}`,
  shortcut: `Ctrl+Alt+${level}`,
  block: true,
  run: (editor) => focused(editor).toggleHeading({ level }).run(),
  isOn: (editor) => editor.isActive('heading', { level }),
})

const block = (id: string, key: Key, icon: Tool['icon'], words: string, run: Act['run'], active?: string): Tool => ({
  id, key, icon, words, run, block: true,
  ...(active ? { isOn: (editor: Editor) => editor.isActive(active) } : {}),
})

/** Return the tools in the order of the toolbar. */
export function tools(asks: Asks): Tool[] {
  return [
    mark('bold', 'editor.bold', Bold, 'Ctrl+B'),
    mark('italic', 'editor.italic', Italic, 'Ctrl+I'),
    mark('subscript', 'editor.subscript', Subscript, 'Ctrl+,'),
    mark('superscript', 'editor.superscript', Superscript, 'Ctrl+.'),
    mark('code', 'editor.code', Code, 'Ctrl+E'),
    { id: 'link', key: 'editor.link', icon: LinkIcon, words: 'lien url', run: asks.link, isOn: (editor) => editor.isActive('link') },
    { ...heading(1, Heading1), separated: true },
    heading(2, Heading2),
    heading(3, Heading3),
    { ...block('bullets', 'editor.bullets', List, 'liste puces bullet', (e) => focused(e).toggleBulletList().run(), 'bulletList'), separated: true },
    block('numbers', 'editor.numbers', ListOrdered, 'liste numero ordered', (e) => focused(e).toggleOrderedList().run(), 'orderedList'),
    block('tasks', 'editor.tasks', ListTodo, 'cases taches todo checklist', (e) => focused(e).toggleTaskList().run(), 'taskList'),
    { ...block('table', 'editor.table', TableIcon, 'tableau grille', insertTable, 'table'), separated: true },
    block('formula', 'editor.formula', Sigma, 'equation latex math katex', asks.formula),
    block('code-block', 'editor.code_block', SquareCode, 'code script', (e) => focused(e).toggleCodeBlock().run(), 'codeBlock'),
    block('quote', 'editor.quote', Quote, 'citation blockquote', (e) => focused(e).toggleBlockquote().run(), 'blockquote'),
    block('file', 'editor.file', ImageIcon, 'image fichier photo piece jointe file', asks.file),
    { id: 'undo', key: 'editor.undo', icon: Undo2, words: '', shortcut: 'Ctrl+Z', run: (e) => focused(e).undo().run(), separated: true },
    { id: 'redo', key: 'editor.redo', icon: Redo2, words: '', shortcut: 'Ctrl+Y', run: (e) => focused(e).redo().run() },
  ]
}

/** A table begins with a header row: screen readers name its columns by it (WCAG 1.3.1). */
function insertTable(editor: Editor): void {
  focused(editor).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run()
}

/** What is done to a table one stands in. */
export const TABLE_ACTS: Act[] = [
  { id: 'row-after', key: 'editor.row_after', words: '', run: (e) => focused(e).addRowAfter().run() },
  { id: 'column-after', key: 'editor.column_after', words: '', run: (e) => focused(e).addColumnAfter().run() },
  { id: 'row-delete', key: 'editor.row_delete', words: '', run: (e) => focused(e).deleteRow().run() },
  { id: 'column-delete', key: 'editor.column_delete', words: '', run: (e) => focused(e).deleteColumn().run() },
  { id: 'merge', key: 'editor.merge', words: '', run: (e) => focused(e).mergeOrSplit().run() },
  { id: 'table-delete', key: 'editor.table_delete', words: '', run: (e) => focused(e).deleteTable().run() },
]
