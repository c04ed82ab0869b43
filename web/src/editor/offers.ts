/** What «/» inserts, and whom «@» and «#» find. */
import { Extension, type Editor, type Range } from '@tiptap/core'
import { PluginKey } from '@tiptap/pm/state'
import { Suggestion } from '@tiptap/suggestion'
import { answered, api } from '../api/client'
import { t, type Key } from '../i18n/language.svelte'
import type { Offer, Popup } from './popup.svelte'

export type Act = { id: string; key: Key; words: string; run: (editor: Editor) => void }
const FOUND_LIMIT = 8
/** Typing rests this long before anybody is asked. */
const REST_MS = 120
/** Nobody's name, and no way to name a page, has more words: from there on it is text. */
const WORDS_LIMIT = 5

/** Return the blocks of the slash menu whose name or other words begin with what is typed. */
export function blocksFor(query: string, acts: Act[]): (Offer & { act: Act })[] {
  const wanted = folded(query)
  return acts
    .map((act) => ({ id: act.id, label: t(act.key), act }))
    .filter(({ label, act }) => [label, ...act.words.split(' ')].some((word) => folded(word).includes(wanted)))
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

async function people(query: string): Promise<Offer[]> {
  if (!isAsked(query, 1)) return []
  const found = await answered(api.GET('/api/v1/people', { params: { query: { q: query, limit: FOUND_LIMIT } } })).catch(
    () => ({ items: [] }),
  )
  return found.items.map((each) => ({ id: each.id, label: each.display_name }))
}

async function entries(query: string): Promise<Offer[]> {
  if (!isAsked(query, 2)) return []
  const found = await answered(api.GET('/api/v1/search', { params: { query: { q: begun(query), limit: FOUND_LIMIT } } })).catch(
    () => ({ items: [] }),
  )
  return found.items.map((each) => ({ id: each.entry, label: each.reference, detail: each.title }))
}

/** Say whether somebody is being named: what ends with a space, or goes on and on, may as well be a sentence. */
function isAsked(query: string, least: number): boolean {
  return query.length >= least && !/^\s|\s$/.test(query) && query.split(/\s+/).length <= WORDS_LIMIT
}

/** Return a search for words of which the last may be whole or begun; a reference is taken as it is. */
export function begun(query: string): string {
  return query.replace(/(^|\s)([\p{L}\p{N}]{2,})$/u, '$1($2 OR $2*)')
}

type Kind<Item extends Offer> = {
  name: string
  char: string
  items: (query: string) => Item[] | Promise<Item[]>
  /** It may be several words, and somebody else is asked for it. */
  asks?: boolean
  insert: (editor: Editor, range: Range, item: Item) => void
}

function offering<Item extends Offer>(popup: Popup, kind: Kind<Item>): Extension {
  return Extension.create({
    name: kind.name,
    addProseMirrorPlugins() {
      return [
        Suggestion<Item>({
          editor: this.editor,
          char: kind.char,
          pluginKey: new PluginKey(kind.name),
          items: ({ query }) => kind.items(query),
          allowSpaces: kind.asks ?? false,
          debounce: kind.asks ? REST_MS : 0,
          command: ({ editor, range, props }) => kind.insert(editor, range, props),
          allow: ({ editor }) => !editor.isActive('codeBlock'),
          render: popup.renderer<Item>() as never,
        }),
      ]
    },
  })
}

/** Return the three offers as extensions of the editor. */
export function offers(popup: Popup, acts: Act[]): Extension[] {
  const named = (type: string, key: string) => (editor: Editor, range: Range, item: Offer) => {
    const node = { type, attrs: { [key]: item.id, label: item.label } }
    editor.chain().focus().insertContentAt(range, [node, { type: 'text', text: ' ' }]).run()
  }
  return [
    offering(popup, {
      name: 'blocks',
      char: '/',
      items: (query) => blocksFor(query, acts),
      insert: (editor, range, item: Offer & { act: Act }) => {
        editor.chain().focus().deleteRange(range).run()
        item.act.run(editor)
      },
    }),
    offering(popup, { name: 'people', char: '@', asks: true, items: people, insert: named('personMention', 'person') }),
    offering(popup, { name: 'entries', char: '#', asks: true, items: entries, insert: named('entryLink', 'entry') }),
  ]
}
