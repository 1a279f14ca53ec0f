/**
 * `reserve`: admits all legs or none, strictly by `used + reserved + amount <= limit`. The same request again gets the same answer.
 */
import type { Reserve, ReserveLeg } from "./command.ts"
import { answered, GRANTED, NOT_GRANTED, REPLAYED } from "./answer.ts"
import { expiryCost } from "./cost.ts"
import type { Decided } from "./decided.ts"
import { decided } from "./decided.ts"
import { accountsDigest, reserveDigest } from "./digest.ts"
import { refuse, RESERVE_RANKS } from "./refuse.ts"
import { conflictOfNew } from "./conflict.ts"
import { deadlineOf } from "./time.ts"
import { accountOf, change, firstUnit } from "./work.ts"
import type { Work } from "./work.ts"

export const reserve = (command: Reserve, works: ReadonlyArray<Work<ReserveLeg>>): Decided => {
  const accounts = accountsDigest(command.legs)
  const digest = reserveDigest(command.legs)
  if (works.some((work) => work.state !== "none")) {
    const reason = conflictOfNew(works, "held", accounts, digest)
    if (reason !== undefined) return decided(works, { ...answered("Conflict", command, works, NOT_GRANTED), reason })
    return decided(works, answered("Granted", command, works, REPLAYED))
  }
  const refused = refuse(
    works.map((work) => ({ work, amount: work.leg.amount, whole: work.leg.amount })),
    RESERVE_RANKS
  )
  if (refused !== undefined) return decided(works, { ...answered("Denied", command, works, NOT_GRANTED), ...refused })
  for (const work of works) admit(command, work, accounts, digest)
  return decided(works, answered("Granted", command, works, GRANTED))
}

const admit = (command: Reserve, work: Work<ReserveLeg>, accounts: string, digest: string): void => {
  const { leg, timeMs } = work
  const { period } = accountOf(work)
  const deadlineMs = deadlineOf(timeMs, command.ttlMs)
  const cost = expiryCost(leg.settle, leg.amount, null, null)
  change(work, {
    cause: "reserved",
    id: command.id,
    reservedDelta: leg.amount,
    set: firstUnit(work),
    due: [{ tickMs: deadlineMs, period, count: 1, amount: leg.amount, cost }],
    entry: {
      command: "reserve",
      state: "held",
      accounts,
      digest,
      settle: leg.settle,
      amount: leg.amount,
      held: leg.amount,
      measured: null,
      whenUnknown: null,
      deadlineMs,
      expiryCost: cost,
      period,
      createdMs: timeMs,
      changedMs: timeMs,
      debited: 0,
      actual: null,
      overage: "debit",
      unbilled: 0,
      late: false
    }
  })
}
