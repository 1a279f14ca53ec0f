/**
 * The store's clock at an operation. An answer tells each account's own time, which is `max(clock + lead, last)`: so it tells the clock wherever the
 * account's time was not held up.
 */
import type { Operation } from "./operation.ts"
import type { Trial } from "./trial.ts"

/**
 * At an answered operation, if it happened next. Where every account's time was held up, the end of a fixed window tells it (a read of Postgres may see
 * commands that read the clock after it); else it is taken to have shown the latest that it can have.
 */
export const clockOf = ({ keys, answers }: Operation, trial: Trial): number => {
  let latest = Infinity
  for (const [index, key] of keys.entries()) {
    const { timeMs } = answers![index]!
    const row = trial.timeOf(key)
    if (row === undefined) return timeMs
    if (timeMs > row.last) return timeMs - row.lead
    latest = Math.min(latest, timeMs - row.lead)
  }
  for (const { window, resetsInMs } of answers!) {
    if (window.kind !== "fixed" || resetsInMs === null) continue
    const endMs = Math.floor((latest + resetsInMs) / window.lengthMs) * window.lengthMs
    return endMs - resetsInMs
  }
  return latest
}

/** Deadlines and the ends of windows lie on whole seconds, if every ttl and window is one of whole seconds. */
const GRID_MS = 1_000

/**
 * Times from `from` to `to`, ms, of which at least one does what any time between them does: `from`, and each whole second with the millisecond behind
 * it (a deadline is rounded up, and reached when the time is the same).
 */
export const timesBetween = (from: number, to: number): ReadonlyArray<number> => {
  const times = [from]
  for (let second = Math.floor(from / GRID_MS) * GRID_MS; second <= to; second += GRID_MS)
    for (const time of [second, second + 1]) if (time > from && time <= to) times.push(time)
  return times
}
