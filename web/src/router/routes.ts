/** List the screens: an address, a title, a chunk loaded when it is first opened. A route exists when its screen does. */
import type { Component } from 'svelte'
import type { Key } from '../i18n/language.svelte'

export type Parameters = Record<string, string>
export type Screen = { default: Component<{ parameters: Parameters }> }
export type Route = {
  /** Segments; ``:name`` takes one. */
  path: string
  title: Key
  screen: () => Promise<Screen>
  /** Listed in the navigation, in this order. */
  navigation?: boolean
}
export type Found = { route: Route | null; parameters: Parameters }

export const ROUTES: Route[] = [
  {
    path: '/entries/:entry',
    title: 'page.title',
    screen: () => import('../screens/Page/Page.svelte'),
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
