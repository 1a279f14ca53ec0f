/**
 * When an id's history stands in the way. Reasons in order of precedence: ended, legs, content.
 */
import type { ConflictReason, LegState } from "./outcome.ts"
import type { Work } from "./work.ts"

/**
 * For `reserve` and `charge`, which act only if no account knows the id: undefined if this is a replay (every leg is in the state that the command
 * makes, by the same content), else why it is none.
 */
export const conflictOfNew = (
  works: ReadonlyArray<Work>,
  replayed: "held" | "charged",
  accounts: string,
  digest: string
): ConflictReason | undefined => {
  const mayBeReplay = (state: LegState): boolean => state === "none" || state === "held" || state === replayed
  if (works.some((work) => !mayBeReplay(work.state))) return "ended"
  if (works.some(({ rows }) => rows.entry !== undefined && rows.entry.accounts !== accounts)) return "legs"
  if (works.some(({ rows }) => rows.entry !== undefined && rows.entry.digest !== digest)) return "content"
  // The same content, but an account whose time ran ahead has forgotten its leg: that one has ended.
  return works.some((work) => work.state === "none") ? "ended" : undefined
}

/** Whether an account's entry is of a reservation over another set of accounts. A mark is of none. */
export const hasOtherAccounts = (works: ReadonlyArray<Work>, accounts: string): boolean =>
  works.some(
    ({ rows, state }) =>
      state !== "none" && state !== "marked" && rows.entry !== undefined && rows.entry.accounts !== accounts
  )
