/** Wait longer after each failure, never all at the same moment, and as long as the server asks. */
const FIRST_SECONDS = 0.5
const LONGEST_SECONDS = 30

export class Backoff {
  private failures = 0

  /** Return the milliseconds until the next try. */
  next(retryAfterSeconds: number | null): number {
    const grown = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** this.failures)
    this.failures += 1
    const jittered = grown * (0.5 + Math.random() / 2)
    return 1000 * Math.max(jittered, retryAfterSeconds ?? 0)
  }

  reset(): void {
    this.failures = 0
  }
}
