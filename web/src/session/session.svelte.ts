/** Know who is here: the person, also offline; and ask them to sign in again in place when their session ended. */
import { answered, api, type Schemas } from '../api/client'
import { Problem } from '../api/problem'
import { onSessionEnd } from '../api/transport'
import { isChosen, speak } from '../i18n/language.svelte'

export type Person = Schemas['PersonDetail']
const KEPT = 'paillasse.person'

type State = { person: Person | null; asking: boolean; loaded: boolean }
const state = $state<State>({ person: null, asking: false, loaded: false })
let waiting: ((signedIn: boolean) => void)[] = []

/** Return what is known of who is here. */
export function session(): Readonly<State> {
  return state
}

/** Find out who is here. Who was here last is believed at once, so that a screen waits for no network. */
export async function arrive(): Promise<void> {
  const before = remembered()
  state.person = before
  state.loaded = before !== null
  try {
    const person = await answered(api.GET('/api/v1/me'))
    if (before !== null && before.id !== person.id) return leaveFor(person)
    welcome(person)
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
  }
  state.loaded = true
}

/** Sign in with login and password; whoever waits for the session goes on. */
export async function signIn(login: string, password: string): Promise<void> {
  await answered(api.POST('/api/v1/auth/local', { body: { login, password } }))
  const before = state.person
  const person = await answered(api.GET('/api/v1/me'))
  // Another person must not go on with the screen, the drafts and the unsent text of the one before.
  if (before !== null && before.id !== person.id) return leaveFor(person)
  welcome(person)
  settle(true)
}

/** Close the dialog without signing in: what waits for it fails, what was written stays on this device. */
export function giveUp(): void {
  settle(false)
}

/** End the session here and on the server. */
export async function signOut(): Promise<void> {
  await answered(api.DELETE('/api/v1/session'))
  localStorage.removeItem(KEPT)
  location.assign('/sign-in?notice=signed_out')
}

function welcome(person: Person): void {
  state.person = person
  localStorage.setItem(KEPT, JSON.stringify(person))
  if (!isChosen()) void speak(person.locale ?? 'fr')
}

function leaveFor(person: Person): void {
  localStorage.setItem(KEPT, JSON.stringify(person))
  location.assign('/')
}

function remembered(): Person | null {
  const kept = localStorage.getItem(KEPT)
  return kept === null ? null : (JSON.parse(kept) as Person)
}

function settle(signedIn: boolean): void {
  state.asking = false
  for (const resolve of waiting) resolve(signedIn)
  waiting = []
}

/** Open the dialog to sign in again; say whether the person did. */
export function askAgain(): Promise<boolean> {
  // Nobody was here yet, so there is nothing to lose: the page without a script also works for password managers.
  if (state.person === null) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`)
    return new Promise(() => undefined)
  }
  state.asking = true
  return new Promise((resolve) => waiting.push(resolve))
}

onSessionEnd(askAgain)
