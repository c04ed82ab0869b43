/** Tell screen readers what happened without moving the focus (WCAG 4.1.3). */
const state = $state<{ said: string }>({ said: '' })

export function said(): string {
  return state.said
}

/** Say a sentence politely; the same one twice is said twice. */
export function say(sentence: string): void {
  state.said = ''
  setTimeout(() => {
    state.said = sentence
  }, 50)
}
