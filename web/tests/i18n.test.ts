import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import en from '../src/i18n/en.json'
import fr from '../src/i18n/fr.json'
import { speak, t } from '../src/i18n/language.svelte'

const FOLDER = join(import.meta.dirname, '../src')
const SOURCES = readdirSync(FOLDER, { recursive: true, encoding: 'utf-8' })
  .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('schema.d.ts'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf-8'))
  .join('\n')
const stem = (key: string): string => key.replace(/\.(one|many|other)$/, '')

/** Exact keys, and the beginnings of keys that end in a value: t(`state.${state}`). */
function asked(): { exact: Set<string>; beginnings: string[] } {
  const exact = new Set([...SOURCES.matchAll(/['"`]([a-z_]+\.[a-z_.-]+)['"`]/g)].map((found) => found[1] ?? ''))
  const beginnings = [...SOURCES.matchAll(/`([a-z_]+\.[a-z_.-]*)\$\{/g)].map((found) => found[1] ?? '')
  return { exact, beginnings }
}

const read = (folder: string, name: string): Record<string, string> =>
  JSON.parse(readFileSync(join(FOLDER, 'i18n', folder, `${name}.json`), 'utf-8')) as Record<string, string>
/** What every screen has, and what some bring with them. */
const PAIRS = readdirSync(join(FOLDER, 'i18n'), { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map((each) => ({ name: each.name, fr: read(each.name, 'fr'), en: read(each.name, 'en') }))
  .concat({ name: 'every screen', fr, en })

describe.each(PAIRS)('the catalogues of $name', ({ fr, en }) => {
  test('say the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
  })

  test('name the same values in both languages', () => {
    const values = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort()
    const differing = Object.keys(fr).filter((key) => {
      const [french, english] = [fr, en].map((each) => (each as Record<string, string>)[key] ?? '')
      return JSON.stringify(values(french ?? '')) !== JSON.stringify(values(english ?? ''))
    })

    expect(differing).toEqual([])
  })

  test('hold no key that nothing says', () => {
    const { exact, beginnings } = asked()
    const unused = Object.keys(fr).filter((key) => !exact.has(stem(key)) && !beginnings.some((each) => key.startsWith(each)))

    expect(unused).toEqual([])
  })
})

describe('a sentence', () => {
  test('counts as the language does: French says one for zero', async () => {
    await speak('fr')
    const french = t('list.shown', { count: 0 })
    await speak('en')

    expect(french).toBe('0 affiché')
    expect(t('list.shown', { count: 1200 })).toBe('1,200 shown')
  })
})
