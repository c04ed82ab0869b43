/** Images, formulas, people and pages: the atoms of a document (contracts/entries/document.json). */
import { mergeAttributes, Node, type Extensions, type NodeViewRenderer } from '@tiptap/core'
import type { FileAddress } from '../document/node'
import { t } from '../i18n/language.svelte'

const text = (name: string, attribute: string, kind: { isRequired: true } | { default: string }) => ({
  [name]: {
    ...kind,
    validate: 'string',
    parseHTML: (element: HTMLElement) => element.getAttribute(attribute) ?? '',
    renderHTML: (attributes: Record<string, unknown>) => ({ [attribute]: attributes[name] }),
  },
})

/** An attachment shown in the text; an address from elsewhere never becomes one, so pasted remote images are dropped. */
export const AttachedImage = Node.create<{ file: FileAddress }>({
  name: 'image',
  group: 'block',
  atom: true,
  draggable: true,
  addOptions: () => ({ file: () => '' }),
  addAttributes: () => ({
    ...text('attachment', 'data-attachment', { isRequired: true }),
    ...text('alt', 'alt', { default: '' }),
  }),
  parseHTML: () => [{ tag: 'img[data-attachment]' }],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
  addNodeView() {
    return imageView(this.options.file)
  },
})

/** A picture that is not there yet is looked for again after this, then half as often each time. */
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 64_000

function imageView(file: FileAddress): NodeViewRenderer {
  return ({ node }) => {
    const dom = document.createElement('figure')
    const picture = document.createElement('img')
    picture.alt = String(node.attrs['alt'])
    const name = String(node.attrs['attachment'])
    picture.src = file(name)
    // Another person's image that no version holds yet: its bytes may still be on their way.
    let waits = FIRST_WAIT_MS
    let again: ReturnType<typeof setTimeout> | undefined
    picture.addEventListener('error', () => {
      dom.classList.add('missing')
      dom.dataset['missing'] = t('page.image_elsewhere', { name })
      if (waits > LONGEST_WAIT_MS) return
      again = setTimeout(() => (picture.src = file(name)), waits)
      waits *= 2
    })
    picture.addEventListener('load', () => dom.classList.remove('missing'))
    dom.append(picture)
    return { dom, destroy: () => clearTimeout(again) }
  }
}

function formula(name: string, block: boolean): Node<{ edit: EditFormula }> {
  return Node.create<{ edit: EditFormula }>({
    name,
    group: block ? 'block' : 'inline',
    inline: !block,
    atom: true,
    addOptions: () => ({ edit: () => undefined }),
    addAttributes: () => text('latex', 'data-latex', { default: '' }),
    parseHTML: () => [{ tag: `${block ? 'div' : 'span'}[data-latex]` }],
    renderHTML: ({ HTMLAttributes }) => [block ? 'div' : 'span', HTMLAttributes],
    addNodeView() {
      return formulaView(block, this.options.edit)
    },
  })
}

/** Ask for LaTeX and put it at a position of the document. */
export type EditFormula = (latex: string, put: (latex: string) => void) => void

function formulaView(block: boolean, edit: EditFormula): NodeViewRenderer {
  return ({ node, editor, getPos }) => {
    const dom = document.createElement(block ? 'div' : 'span')
    const latex = String(node.attrs['latex'])
    dom.className = block ? 'equation' : 'formula'
    dom.textContent = latex
    void import('../document/katex').then(({ draw }) => draw(dom, latex, { block }))
    dom.addEventListener('dblclick', () => {
      if (!editor.isEditable) return
      edit(latex, (changed) => {
        const at = getPos()
        if (at === undefined) return
        editor.chain().focus().command(({ tr }) => Boolean(tr.setNodeAttribute(at, 'latex', changed))).run()
      })
    })
    return { dom, ignoreMutation: () => true }
  }
}

export const InlineMath = formula('inlineMath', false)
export const BlockMath = formula('blockMath', true)

function reference(name: string, key: string, sign: string, className: string): Node {
  return Node.create({
    name,
    group: 'inline',
    inline: true,
    atom: true,
    addAttributes: () => ({
      ...text(key, `data-${key}`, { isRequired: true }),
      ...text('label', 'data-label', { default: '' }),
    }),
    parseHTML: () => [{ tag: `span[data-${key}]` }],
    renderHTML: ({ node, HTMLAttributes }) => [
      'span',
      mergeAttributes({ class: className }, HTMLAttributes),
      `${sign}${node.attrs['label']}`,
    ],
    renderText: ({ node }) => `${sign}${node.attrs['label']}`,
  })
}

export const PersonMention = reference('personMention', 'person', '@', 'person')
export const EntryLink = reference('entryLink', 'entry', '', 'entry')

export const ATOMS: Extensions = [AttachedImage, InlineMath, BlockMath, PersonMention, EntryLink]
