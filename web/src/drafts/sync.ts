/** Ask the gateway once: our updates for theirs. */
import { Problem, problemOf } from '../api/problem'
import { t } from '../i18n/language.svelte'
import { send } from '../api/transport'
import { read, written, type Answer, type Question } from './wire'

export type Asked = (entry: string, question: Question) => Promise<Answer>

/**
 * Return the answer to one question.
 *
 * Throws:
 *   Problem: refused, or nobody answered; nothing of the question is lost, it may be asked again.
 */
export const ask: Asked = async (entry, question) => {
  const request = new Request(`${location.origin}/api/v1/entries/${entry}/sync`, {
    method: 'POST',
    body: written(question),
    headers: { 'Content-Type': 'application/octet-stream' },
  })
  const answer = await send(request, { asks: false })
  if (!answer.ok) throw await problemOf(answer)
  try {
    return read(new Uint8Array(await answer.arrayBuffer()))
  } catch {
    // The connection broke within the answer: what was sent may be committed, and asking again is harmless.
    throw new Problem('no_answer', 0, t('problem.no_answer'))
  }
}
