/**
 * Write in our own letters where they are here at once. On a slow first visit they would weigh as much as the app and
 * keep the text waiting; the service worker fetches them meanwhile, for the next.
 */

/** An app that is here so soon after the address was typed came over a fast network. */
const SOON_MS = 600

export function useFonts(): void {
  const kept = Boolean(navigator.serviceWorker?.controller)
  if (kept || performance.now() < SOON_MS) import('./fonts.css').catch(() => undefined)
}
