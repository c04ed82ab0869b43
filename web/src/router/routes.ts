/** List the screens: an address, a title, a chunk loaded when it is first opened. A route exists when its screen does. */
import type { Component } from 'svelte'
import { ahead } from '../api/ahead'
import type { Key } from '../i18n/language.svelte'
import { waiting } from '../shell/waiting.svelte'

export type Parameters = Record<string, string>
/** A screen takes the parameters of its address, or nothing. */
export type Screen = { default: Component<never> }
export type Route = {
  /** Segments; ``:name`` takes one. */
  path: string
  title: Key
  screen: () => Promise<Screen>
  /** What the screen reads first, as it asks for it. */
  reads?: (parameters: Parameters) => string[]
  /** Listed in the navigation, in this order. */
  navigation?: boolean
  /** How many things wait there, shown beside its name. */
  badge?: () => number
}
export type Found = { route: Route | null; parameters: Parameters }

/** The versions that are listed beside a page. */
export const SHOWN_REVISIONS = 6

export const ROUTES: Route[] = [
  { path: '/', title: 'today.title', screen: () => import('../screens/Today/Today.svelte'), navigation: true },
  {
    path: '/notebooks',
    title: 'notebooks.title',
    screen: () => import('../screens/Notebooks/Notebooks.svelte'),
    navigation: true,
  },
  { path: '/notebooks/:notebook', title: 'notebook.title', screen: () => import('../screens/Notebook/Notebook.svelte') },
  {
    path: '/inbox',
    title: 'inbox.title',
    screen: () => import('../screens/Inbox/Inbox.svelte'),
    navigation: true,
    badge: () => waiting()?.count ?? 0,
  },
  { path: '/search', title: 'search.title', screen: () => import('../screens/Search/Search.svelte'), navigation: true },
  { path: '/entries/:entry/history', title: 'history.title', screen: () => import('../screens/History/History.svelte') },
  { path: '/imports/:import', title: 'import.screen', screen: () => import('../screens/Import/Import.svelte') },
  { path: '/profile', title: 'profile.title', screen: () => import('../screens/Profile/Profile.svelte') },
  {
    path: '/entries/:entry',
    title: 'page.title',
    screen: () => import('../screens/Page/Page.svelte'),
    reads: ({ entry }) => [`/api/v1/entries/${entry}`, `/api/v1/entries/${entry}/revisions?limit=${SHOWN_REVISIONS}`],
  },
]

/** Return the route of a path, with its parameters decoded. */
export function match(path: string): Found {
  const given = path.split('/').filter(Boolean)
  for (const route of ROUTES) {
    const wanted = route.path.split('/').filter(Boolean)
    const parameters = wanted.length === given.length ? fit(wanted, given) : null
    if (parameters !== null) return { route, parameters }
  }
  return { route: null, parameters: {} }
}

function fit(wanted: string[], given: string[]): Parameters | null {
  const parameters: Parameters = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    if (segment.startsWith(':')) parameters[segment.slice(1)] = decodeURIComponent(value)
    else if (segment !== value) return null
  }
  return parameters
}

/** Let the screen of a path come, and what it reads, while the app itself still starts. */
export function begin(path: string): void {
  const { route, parameters } = match(path)
  if (route === null) return
  // Answers first: a browser opens six lines to one place, and a screen comes in more files than that.
  ahead(route.reads?.(parameters) ?? [])
  route.screen().catch(() => undefined)
}
