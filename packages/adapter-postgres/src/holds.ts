/**
 * The live holds of an account, as the SQL function tells them, one per row.
 */
import type { Hold, Page } from "@tallystick/core/store"
import { NotAppliedError } from "@tallystick/core/store"

/** `rows` are one more than the page holds if there is a next one. */
export const decodeHolds = (limit: number, rows: ReadonlyArray<string>): Page<Hold> => {
  const holds = rows.map((row): Hold | null => JSON.parse(row))
  if (holds[0] === null)
    throw new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")
  const items = holds.slice(0, limit).filter((hold) => hold !== null)
  return { items, next: holds.length > limit ? items[items.length - 1]!.id : null }
}
