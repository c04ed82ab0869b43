/** Keep the theme: the system's until somebody chooses light or dark. */
export type Theme = 'system' | 'light' | 'dark'
export const THEMES: Theme[] = ['system', 'light', 'dark']
const KEPT = 'paillasse.theme'
const state = $state<{ theme: Theme }>({ theme: kept() })

export function theme(): Theme {
  return state.theme
}

export function chooseTheme(wanted: Theme): void {
  state.theme = wanted
  localStorage.setItem(KEPT, wanted)
  applyTheme()
}

export function applyTheme(): void {
  if (state.theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = state.theme
}

function kept(): Theme {
  const found = localStorage.getItem(KEPT)
  return found === 'light' || found === 'dark' ? found : 'system'
}
