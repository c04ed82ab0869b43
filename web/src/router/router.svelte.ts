/** Follow links inside the app by the History API; one screen at a time, its focus and title set after each step. */
import { match, type Found } from './routes'

const state = $state<{ found: Found; path: string }>({ found: match(location.pathname), path: here() })

/** Return the screen of the present address. */
export function route(): Readonly<{ found: Found; path: string }> {
  return state
}

/** Go to an address of the app. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  arrive()
}

/** Change the query of the present address without a step: filters and cursors. */
export function setQuery(values: Record<string, string | null>): void {
  const address = new URL(location.href) // eslint-disable-line svelte/prefer-svelte-reactivity -- a value, not a state
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name)
    else address.searchParams.set(name, value)
  }
  history.replaceState(null, '', address)
  state.path = here()
}

/** Listen to links and to the browser's buttons; return how to stop. */
export function listen(): () => void {
  addEventListener('popstate', arrive)
  document.addEventListener('click', onClick)
  return () => {
    removeEventListener('popstate', arrive)
    document.removeEventListener('click', onClick)
  }
}

function arrive(): void {
  state.found = match(location.pathname)
  state.path = here()
}

function here(): string {
  return location.pathname + location.search
}

function onClick(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.('a')
  if (!link || event.defaultPrevented || wantsElsewhere(event) || !isOurs(link)) return
  event.preventDefault()
  go(link.pathname + link.search + link.hash)
}

/** A new tab, a new window, a download: the browser knows how. */
function wantsElsewhere(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
}

function isOurs(link: HTMLAnchorElement): boolean {
  if (link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return false
  // A link to a place in the page, or to a page the server makes, is the browser's.
  const place = link.hash !== '' && link.pathname === location.pathname
  return !place && match(link.pathname).route !== null
}
