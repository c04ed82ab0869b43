import { describe, expect, it } from 'vitest'
import { begun } from '../src/editor/offers'
import { grouped, standing, type BlockChange } from '../src/document/comparison'
import { filtersOf as contentsOf } from '../src/screens/Notebook/notebook'
import { isLate, type InboxItem } from '../src/screens/Inbox/inbox'
import { lastRead, remember } from '../src/screens/Inbox/reading'
import { filtersOf, isEmpty, pieces } from '../src/screens/Search/search'
import { onLetters, turnShortcuts } from '../src/shell/shortcuts.svelte'

const block = (op: BlockChange['op']): BlockChange => ({ op, before: null, after: null, words: [], blocks: [] })

describe('a comparison', () => {
  it('folds what did not change, but for a neighbour of each change', () => {
    const groups = grouped(['same', 'same', 'same', 'changed', 'same', 'same'].map((op) => block(op as BlockChange['op'])))

    expect(groups.map((group) => [group.folded, group.changes.length])).toEqual([
      [true, 2],
      [false, 3],
      [true, 1],
    ])
  })

  it('shows an item outside its list without the item, which would be no markup', () => {
    const paragraph = { type: 'paragraph' }
    const row = { type: 'tableRow', content: [{ type: 'tableCell', content: [paragraph, paragraph] }] }

    expect(standing(row)).toEqual([paragraph, paragraph])
  })
})

describe('a page being named', () => {
  it.each([
    ['dosa', '(dosa OR dosa*)'],
    ['réponse calc', 'réponse (calc OR calc*)'],
    ['U1234-2026-007/37', 'U1234-2026-007/37'],
    ['a', 'a'],
  ])('%j is searched as %j', (typed, asked) => expect(begun(typed)).toBe(asked))
})

describe('a snippet', () => {
  it('is cut by code points, as the server counts them', () => {
    expect(pieces('🧪 réponse calcique', [[10, 18]])).toEqual([
      { text: '🧪 réponse ', marked: false },
      { text: 'calcique', marked: true },
    ])
  })

  it('is one piece without a mark', () => {
    expect(pieces('rien', [])).toEqual([{ text: 'rien', marked: false }])
  })
})

describe('an address', () => {
  it('holds the question and its filters', () => {
    const filters = filtersOf(new URLSearchParams('q=tampon&state=sealed&sort=nonsense'))

    expect(filters).toMatchObject({ q: 'tampon', state: 'sealed', notebook: '', tag: '', sort: 'relevance' })
    expect(isEmpty(filtersOf(new URLSearchParams('q=%20')))).toBe(true)
  })

  it('asks for no state that does not exist', () => {
    expect(contentsOf(new URLSearchParams('state=nonsense&order=newest'))).toEqual({ state: '', q: '', newest: true })
  })
})

describe('what was read', () => {
  it('is remembered for each person, the newest five hundred pages', () => {
    for (let each = 0; each < 501; each += 1) remember('ines', `page-${each}`, each)

    expect(lastRead('ines', 'page-500')).toBe(500)
    expect(lastRead('ines', 'page-0')).toBeNull()
    expect(lastRead('oscar', 'page-500')).toBeNull()
  })

  it('starts anew when what was kept is unreadable', () => {
    localStorage.setItem('paillasse.read.maud', '{broken')

    expect(lastRead('maud', 'page')).toBeNull()
  })
})

describe('the inbox', () => {
  it('calls late what waits for more than three days, as the first reminder does', () => {
    const item = { waiting_since: '2026-03-01T12:00:00Z' } as InboxItem

    expect(isLate(item, Date.parse('2026-03-04T11:00:00Z'))).toBe(false)
    expect(isLate(item, Date.parse('2026-03-04T13:00:00Z'))).toBe(true)
  })

  it('hears letters only while they are on, and never with a modifier', () => {
    const heard: string[] = []
    const listen = onLetters({ x: () => heard.push('x'), ' ': () => heard.push('space') })
    const press = (key: string, more: KeyboardEventInit = {}): void => listen(new KeyboardEvent('keydown', { key, ...more }))
    press('x')
    press('x', { ctrlKey: true })
    turnShortcuts(false)
    press('x')
    press(' ')
    turnShortcuts(true)

    expect(heard).toEqual(['x', 'space'])
  })
})
