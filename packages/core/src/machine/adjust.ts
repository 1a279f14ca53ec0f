/**
 * `adjust`: an operator's change of one account: limit, credit, reset, close, reopen. Each id acts once, for as long as the account is kept.
 */
import { answered, GRANTED, NOT_GRANTED, REPLAYED } from "./answer.ts"
import type { Adjust } from "./command.ts"
import { MAX_AMOUNT } from "./constants.ts"
import { decided } from "./decided.ts"
import type { Decided } from "./decided.ts"
import { adjustmentDigest } from "./digest.ts"
import { refusedBy } from "./refuse.ts"
import type { Refused } from "./refuse.ts"
import type { RefusalReason } from "./outcome.ts"
import type { AccountRow } from "./rows.ts"
import { accountOf, change } from "./work.ts"
import type { Work } from "./work.ts"

export const adjust = (command: Adjust, work: Work): Decided => {
  const digest = adjustmentDigest(command.adjustment)
  const known = work.rows.adjustment
  if (known !== undefined) {
    if (known.digest !== digest)
      return decided([work], { ...answered("Conflict", command, [work], NOT_GRANTED), reason: "content" })
    return decided([work], answered("Adjusted", command, [work], REPLAYED))
  }
  const account = accountOf(work)
  const reason = refusalOf(command, account, work.leg.unit)
  if (reason !== undefined) return denied(command, work, reason)
  change(work, {
    cause: "adjusted",
    id: command.id,
    usedDelta: command.adjustment.kind === "reset" ? 0 - account.used : 0,
    set: { unit: account.unit ?? work.leg.unit ?? null, ...effectOf(command, account, work.timeMs) },
    adjustment: { digest, changedMs: work.timeMs }
  })
  return decided([work], answered("Adjusted", command, [work], GRANTED))
}

const refusalOf = (
  { adjustment }: Adjust,
  account: AccountRow,
  unit: string | undefined
): RefusalReason | undefined => {
  if (account.unit === null ? unit === undefined : unit !== undefined && unit !== account.unit) return "unit"
  if (adjustment.kind !== "credit") return undefined
  // Without a number there is nothing to add to, and a limit below 0 would be a debt of another kind.
  if (typeof account.storedLimit !== "number") return "limit"
  if (adjustment.amount < 0 - account.storedLimit) return "limit"
  return adjustment.amount > MAX_AMOUNT - account.storedLimit ? "overflow" : undefined
}

const effectOf = ({ adjustment }: Adjust, account: AccountRow, timeMs: number): Partial<AccountRow> => {
  switch (adjustment.kind) {
    case "setLimit":
      return { storedLimit: adjustment.limit === "code" ? "none" : (adjustment.limit ?? "unlimited") }
    case "credit":
      return { storedLimit: Number(account.storedLimit) + adjustment.amount }
    case "reset":
      return { resetMs: timeMs }
    case "close":
      return { open: false }
    case "reopen":
      return { open: true }
  }
}

const denied = (command: Adjust, work: Work, reason: RefusalReason): Decided =>
  decided([work], { ...answered("Denied", command, [work], NOT_GRANTED), ...adjustmentRefused(command, work, reason) })

/** What is said of a refused adjustment: a credit is measured against the stored limit, not against what is spendable of it. */
export const adjustmentRefused = ({ adjustment }: Adjust, work: Work, reason: RefusalReason): Refused => {
  const amount = adjustment.kind === "credit" && reason !== "unit" ? adjustment.amount : 0
  const { refusals } = refusedBy(reason, [{ work, amount, whole: amount }])
  const { storedLimit } = accountOf(work)
  const limit = typeof storedLimit === "number" ? storedLimit : null
  const told = reason === "limit" ? refusals.map((one) => ({ ...one, left: limit, limit, retryInMs: null })) : refusals
  return { reason, refusals: told, retryInMs: null }
}
