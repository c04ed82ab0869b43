/*
 * Open the app without a network, and at once with one.
 *
 * The build writes VERSION and FILES before these lines. One cache a version: an index and the files it names always
 * belong together. A new version waits until the person says so; nothing reloads by itself.
 */
/* global VERSION, FILES */
const CACHE = `paillasse-${VERSION}`
const INDEX = '/'
/** Addresses of pages the gateway makes: the app is not shown there. */
const SERVED_ELSEWHERE = ['/api/', '/sign-in', '/sign-out', '/verify', '/invitations/', '/problems/', '/pki/']

self.addEventListener('install', (event) => {
  event.waitUntil(fill())
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (!SERVED_ELSEWHERE.some((path) => address.pathname.startsWith(path))) event.respondWith(kept(INDEX, request))
  } else if (address.pathname.startsWith('/assets/') || address.pathname === '/mark.svg') {
    event.respondWith(kept(request, request))
  }
})

/** The index by the network and not by a cache: it names the files of this version. */
async function fill() {
  const cache = await caches.open(CACHE)
  await cache.add(new Request(INDEX, { cache: 'reload', headers: { Accept: 'text/html' } }))
  await cache.addAll([...FILES, '/mark.svg'])
}

async function kept(key, request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(key, { ignoreVary: true })) ?? fetch(request)
}
