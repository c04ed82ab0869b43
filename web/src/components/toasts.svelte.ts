/** Keep the short messages at the foot of the screen. */
import { Problem } from '../api/problem'
import { t } from '../i18n/language.svelte'

export type Tone = 'ok' | 'stop' | 'plain'
export type Toast = { id: number; text: string; tone: Tone; action?: { label: string; run: () => void } }
/** Long enough to read twice; one that wants an act, or that tells of a failure, stays until it is closed. */
const SHOWN_MS = 6000

const state = $state<{ toasts: Toast[] }>({ toasts: [] })
let last = 0

export function toasts(): Toast[] {
  return state.toasts
}

export function toast(text: string, tone: Tone = 'plain', action?: Toast['action']): void {
  const id = (last += 1)
  state.toasts = [...state.toasts, { id, text, tone, ...(action ? { action } : {}) }]
  if (tone !== 'stop' && !action) setTimeout(() => dismiss(id), SHOWN_MS)
}

export function dismiss(id: number): void {
  state.toasts = state.toasts.filter((each) => each.id !== id)
}

/** Show what went wrong, with the field's remedy and what to quote to support. */
export function toastProblem(error: unknown): void {
  if (!(error instanceof Problem)) throw error
  toast(problemText(error), 'stop')
}

/** Return a problem as one text for people. */
export function problemText(problem: Problem): string {
  const fields = problem.fields.map((field) => `${field.name} : ${field.remedy || field.problem}`)
  const quoted = problem.status >= 500 && problem.correlationId ? [t('problem.quote', { id: problem.correlationId })] : []
  return [problem.message, ...fields, ...quoted].join(' ')
}

/** Do something, and return what went wrong, in words: its Problem's or its own; nothing when it went well. */
export async function failureOf(act: () => Promise<unknown>): Promise<string> {
  try {
    const said = await act()
    return typeof said === 'string' ? said : ''
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    return problemText(problem)
  }
}
