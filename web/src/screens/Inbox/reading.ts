/** Remember on this device which revision of a page a person saw last, the newest five hundred pages. */
const MOST = 500
const keyOf = (person: string): string => `paillasse.read.${person}`

export function lastRead(person: string, entry: string): number | null {
  return kept(person).find(([id]) => id === entry)?.[1] ?? null
}

export function remember(person: string, entry: string, revision: number): void {
  const others = kept(person).filter(([id]) => id !== entry)
  localStorage.setItem(keyOf(person), JSON.stringify([[entry, revision], ...others].slice(0, MOST)))
}

function kept(person: string): [string, number][] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(keyOf(person)) ?? '[]')
    return Array.isArray(found) ? (found as [string, number][]) : []
  } catch {
    return []
  }
}
