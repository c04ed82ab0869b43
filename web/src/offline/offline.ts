/** Keep the app on this device, and offer a new version when there is one. */
import { toast } from '../components/toasts.svelte'
import { t } from '../i18n/language.svelte'

/** A page that stays open for days asks for a new version this often. */
const ASK_MS = 60 * 60 * 1000

/** Install the service worker once the first screen is there: it must not compete for a slow network. */
export function keepOffline(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const start = (): void => void navigator.serviceWorker.register('/sw.js').then(watch).catch(() => undefined)
  addEventListener('load', () => ('requestIdleCallback' in globalThis ? requestIdleCallback(start, { timeout: 4000 }) : start()))
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => {
      // The very first one has nothing to replace.
      if (coming.state === 'installed' && navigator.serviceWorker.controller) offer(coming)
    })
  })
  setInterval(() => void registration.update().catch(() => undefined), ASK_MS)
}

/** Never by itself: somebody may be in the middle of a sentence. */
function offer(worker: ServiceWorker): void {
  toast(t('offline.new_version'), 'plain', {
    label: t('offline.reload'),
    run: () => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
      worker.postMessage('take over')
    },
  })
}
