/** Say every string in the reader's language, French or English, with CLDR plurals (unicode.org/cldr). */
import fr from './fr.json'

export type Language = 'fr' | 'en'
type KeyOf<Entry> = Entry extends `${infer Stem}.${'one' | 'many' | 'other'}` ? Stem : Entry
/** The key of a sentence; what counts is written ``key.one`` and ``key.other`` and asked for by ``key``. */
export type Key = KeyOf<keyof typeof fr>
export type Values = Record<string, string | number>

/** The institute speaks French: that catalogue is always there, the other is fetched when somebody wants it. */
const CATALOGUES: Record<Language, Record<string, string> | null> = { fr, en: null }
/** The cookie the gateway's own pages read too (gateway/pages/languages.py). */
const COOKIE = 'language'
const YEAR_SECONDS = 31_536_000

const state = $state<{ language: Language }>({ language: firstLanguage() })
document.documentElement.lang = state.language

/** Return the language of the interface. */
export function language(): Language {
  return state.language
}

/** Return when the first language can be spoken; without a network it is French. */
export async function ready(): Promise<void> {
  try {
    await learn(state.language)
  } catch {
    state.language = 'fr'
    document.documentElement.lang = 'fr'
  }
}

async function learn(wanted: Language): Promise<void> {
  if (wanted === 'en') CATALOGUES.en ??= (await import('./en.json')).default
}

/** Change the language as soon as it can be spoken, and on the next visit. */
export async function speak(wanted: Language): Promise<void> {
  await learn(wanted)
  state.language = wanted
  document.documentElement.lang = wanted
  document.cookie = `${COOKIE}=${wanted}; path=/; max-age=${YEAR_SECONDS}; secure; samesite=lax`
}

/** Return whether somebody chose a language here; until then the person's own preference counts. */
export function isChosen(): boolean {
  return chosen() !== null
}

/** Return a sentence; ``{name}`` in it is replaced by a value, ``count`` chooses the plural. */
export function t(key: Key, values: Values = {}): string {
  return sentence(CATALOGUES[state.language] ?? fr, key, values)
}

/** Return what ``t`` is for the sentences of one screen, which come with it: the folders beside the catalogues. */
export function phrases<Entry extends string>(
  both: Record<Language, Record<Entry, string>>,
): (key: KeyOf<Entry>, values?: Values) => string {
  return (key, values = {}) => sentence(both[state.language], key, values)
}

function sentence(catalogue: Record<string, string>, key: string, values: Values): string {
  const found = catalogue[withPlural(key, values['count'])] ?? catalogue[`${key}.other`] ?? key
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => shown(values[name]) ?? whole)
}

function withPlural(key: string, count: string | number | undefined): string {
  if (typeof count !== 'number') return key
  return `${key}.${new Intl.PluralRules(state.language).select(count)}`
}

function shown(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? value.toLocaleString(state.language) : value
}

function firstLanguage(): Language {
  return chosen() ?? (navigator.language.toLowerCase().startsWith('en') ? 'en' : 'fr')
}

function chosen(): Language | null {
  const found = /(?:^|; )language=(fr|en)(?:;|$)/.exec(document.cookie)
  return (found?.[1] as Language | undefined) ?? null
}
