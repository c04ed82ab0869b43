/** Write times for people: how long ago in lists, the exact local and universal time on demand. */
import { language } from './language.svelte'

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** Return how far a moment is from ``now``, such as “3 days ago”. */
export function relative(moment: string, now: Date = new Date()): string {
  const seconds = (Date.parse(moment) - now.getTime()) / 1000
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const amount = unit === 'second' ? 0 : Math.trunc(seconds / length)
  return new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(amount, unit)
}

/** Return how long something has waited, in days and not in weeks: “8 days ago” is what makes one act. */
export function age(moment: string, now: Date = new Date()): string {
  const days = Math.floor((now.getTime() - Date.parse(moment)) / 86_400_000)
  if (days < 1) return relative(moment, now)
  return new Intl.RelativeTimeFormat(language(), { numeric: 'always' }).format(-days, 'day')
}

/** Return the local date and time, to the minute. */
export function local(moment: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long', timeStyle: 'short' }).format(new Date(moment))
}

/** Return the local date. */
export function day(moment: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(new Date(moment))
}

/** Return the exact universal time, to the second (RFC 3339 with a space). */
export function universal(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Return a size in the units people know; 1 kB = 1000 B (IEC 80000-13). */
export function fileSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const unit = (['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const)[power] ?? 'byte'
  const digits = power === 0 ? 0 : 1
  // The short form of English is “59 byte”.
  const unitDisplay = power === 0 ? 'long' : 'short'
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(
    bytes / 1000 ** power,
  )
}
