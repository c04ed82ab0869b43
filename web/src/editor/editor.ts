/** Make an editor over a draft's Yjs document: the one chunk that carries ProseMirror. */
import { Editor, Extension, type Extensions } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
// Each by its own address: the package as a whole brings a history too, and ours is the collaboration's.
import { Dropcursor } from '@tiptap/extensions/drop-cursor'
import { Gapcursor } from '@tiptap/extensions/gap-cursor'
import { Placeholder } from '@tiptap/extensions/placeholder'
import type { Doc } from 'yjs'
import type { FileAddress } from '../document/node'
import { t } from '../i18n/language.svelte'
import { TABLE_ACTS, tools, type Asks, type Tool } from './acts'
import { AttachedImage, BlockMath, EntryLink, InlineMath, PersonMention, type EditFormula } from './atoms'
import { BLOCKS } from './blocks'
import { MARKS } from './marks'
import { offers } from './offers'
import { harmless } from './paste'
import { Popup } from './popup.svelte'

export { TABLE_ACTS }
export type { Editor, Tool }
export type Surroundings = {
  host: HTMLElement
  doc: Doc
  fragment: string
  label: string
  hint: string
  file: FileAddress
  asks: Asks
  editFormula: EditFormula
  /** Files pasted or dropped; ``at`` is the place in the document. */
  onfiles: (files: File[], at: number | null) => void
  onchange: () => void
  /** Alt+F10: the toolbar takes the focus. */
  ontoolbar: () => void
  /** Esc, then Tab: the focus leaves, forwards or backwards. */
  onleave: (forwards: boolean) => void
}
export type Made = { editor: Editor; popup: Popup; tools: Tool[] }

export function makeEditor(around: Surroundings): Made {
  const popup = new Popup()
  const all = tools(around.asks)
  const editor = new Editor({
    element: around.host,
    // Its style sheet would be an inline one.
    injectCSS: false,
    extensions: extensions(around, popup, all),
    editorProps: {
      attributes: {
        class: 'document', role: 'textbox', 'aria-multiline': 'true', 'aria-label': around.label,
        'aria-describedby': around.hint,
      },
      transformPastedHTML: harmless,
      handlePaste: (_view, event) => take(around, event.clipboardData, null, event),
      handleDrop: (view, event) => {
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY })
        return take(around, event.dataTransfer, at?.pos ?? null, event)
      },
    },
    onTransaction: around.onchange,
  })
  return { editor, popup, tools: all }
}

function extensions(around: Surroundings, popup: Popup, all: Tool[]): Extensions {
  const blocks = all.filter((tool) => tool.block)
  return [
    ...BLOCKS,
    AttachedImage.configure({ file: around.file }),
    InlineMath.configure({ edit: around.editFormula }),
    BlockMath.configure({ edit: around.editFormula }),
    PersonMention,
    EntryLink,
    ...MARKS,
    Collaboration.configure({ document: around.doc, field: around.fragment }),
    ...offers(popup, blocks),
    Placeholder.configure({ placeholder: t('editor.placeholder') }),
    Dropcursor.configure({ class: 'drop-place', color: false }),
    Gapcursor,
    keys(around),
  ]
}

/** Files of a paste or a drop are ours; text and tables that come with them from a spreadsheet are the editor's. */
function take(around: Surroundings, data: DataTransfer | null, at: number | null, event: Event): boolean {
  const files = [...(data?.files ?? [])]
  if (files.length === 0 || data?.types.includes('text/html')) return false
  event.preventDefault()
  around.onfiles(files, at)
  return true
}

/** In a table Tab goes from cell to cell; Esc first, and it leaves the text (WCAG 2.1.2). */
function keys(around: Surroundings): Extension {
  let armed = false
  const leave = (forwards: boolean): boolean => {
    if (!armed) return false
    armed = false
    around.onleave(forwards)
    return true
  }
  return Extension.create({
    name: 'keys',
    priority: 1000,
    addKeyboardShortcuts: () => ({
      Escape: () => {
        armed = true
        return false
      },
      Tab: () => leave(true),
      'Shift-Tab': () => leave(false),
      'Alt-F10': () => {
        around.ontoolbar()
        return true
      },
    }),
    onTransaction: ({ transaction }) => {
      if (transaction.docChanged) armed = false
    },
  })
}
