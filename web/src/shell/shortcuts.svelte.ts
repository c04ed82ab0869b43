/**
 * Single-letter keys of lists: only while a list has the focus, and not at all when a person turned them off
 * (WCAG 2.1.4).
 */
const KEPT = 'paillasse.shortcuts'
const state = $state<{ on: boolean }>({ on: localStorage.getItem(KEPT) !== 'off' })

export function shortcutsOn(): boolean {
  return state.on
}

export function turnShortcuts(on: boolean): void {
  state.on = on
  localStorage.setItem(KEPT, on ? 'on' : 'off')
}

/** Return a listener that runs what a key stands for; keys with a modifier are the browser's. */
export function onLetters(acts: Record<string, () => void>): (event: KeyboardEvent) => void {
  return (event) => {
    const act = acts[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    // Letters and signs are shortcuts; arrows, Enter and Space are how a list works and stay.
    if (event.key.length === 1 && event.key !== ' ' && !state.on) return
    event.preventDefault()
    act()
  }
}
