/** Type what can go wrong with a call: RFC 9457 problems of the gateway, and what happens before it answers. */

export type FieldProblem = { name: string; problem: string; remedy: string }
/** The codes of gateway/problems.py, and two of our own: nobody reached, no answer in time. */
export type Code =
  | 'invalid' | 'query' | 'malformed' | 'not_found' | 'method_not_allowed' | 'unauthenticated' | 'forbidden'
  | 'cross_site' | 'conflict' | 'sealed' | 'stale' | 'precondition_required' | 'too_large' | 'too_many'
  | 'integrity_broken' | 'internal' | 'unsupported' | 'unavailable' | 'overloaded' | 'unknown_outcome'
  | 'storage_full' | 'offline' | 'no_answer' | 'missing_file'

export class Problem extends Error {
  constructor(
    readonly code: Code,
    /** The HTTP status; 0 when nobody answered. */
    readonly status: number,
    title: string,
    readonly fields: FieldProblem[] = [],
    readonly detail: Record<string, string> = {},
    readonly retryAfterSeconds: number | null = null,
    readonly correlationId: string | null = null,
  ) {
    super(title)
    this.name = 'Problem'
  }

  /** Whether the same call may succeed later without any change. */
  get passes(): boolean {
    return this.status === 0 || [408, 425, 429, 500, 502, 503, 504].includes(this.status)
  }
}

type Body = {
  type?: string
  title?: string
  detail?: Record<string, string>
  errors?: FieldProblem[]
  correlation_id?: string
}

/** Return the problem an answer describes; an answer that is no problem document becomes one by its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as Body
  const code = (body.type?.split('/').pop() ?? byStatus(answer.status)) as Code
  return new Problem(
    code,
    answer.status,
    body.title ?? `HTTP ${answer.status}`,
    body.errors ?? [],
    body.detail ?? {},
    retryAfter(answer),
    body.correlation_id ?? answer.headers.get('x-correlation-id'),
  )
}

/** Return the seconds of Retry-After (RFC 9110 §10.2.3), given as seconds or as a date. */
export function retryAfter(answer: Response): number | null {
  const header = answer.headers.get('retry-after')
  if (header === null) return null
  if (/^\d+$/.test(header)) return Number(header)
  const moment = Date.parse(header)
  return Number.isNaN(moment) ? null : Math.max(0, (moment - Date.now()) / 1000)
}

function byStatus(status: number): Code {
  const known: Partial<Record<number, Code>> = { 401: 'unauthenticated', 404: 'not_found', 413: 'too_large', 429: 'too_many' }
  return known[status] ?? (status >= 500 ? 'unavailable' : 'malformed')
}
