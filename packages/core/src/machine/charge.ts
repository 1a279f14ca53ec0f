/**
 * `charge`: debits at once, without a hold. Never denied for lack of room.
 */
import { answered, GRANTED, NOT_GRANTED, REPLAYED } from "./answer.ts"
import type { Charge, ChargeLeg } from "./command.ts"
import { conflictOfNew } from "./conflict.ts"
import { decided } from "./decided.ts"
import type { Decided } from "./decided.ts"
import { accountsDigest, chargeDigest } from "./digest.ts"
import { CHARGE_RANKS, isOverflow, refuse, refusedBy } from "./refuse.ts"
import { accountOf, change, firstUnit } from "./work.ts"
import type { Work } from "./work.ts"

export const charge = (command: Charge, works: ReadonlyArray<Work<ChargeLeg>>): Decided => {
  const accounts = accountsDigest(command.legs)
  const digest = chargeDigest(command.legs)
  if (works.some((work) => work.state !== "none")) {
    const reason = conflictOfNew(works, "charged", accounts, digest)
    if (reason !== undefined) return decided(works, { ...answered("Conflict", command, works, NOT_GRANTED), reason })
    return decided(works, answered("Charged", command, works, REPLAYED))
  }
  const asked = works.map((work) => ({ work, amount: work.leg.amount, whole: work.leg.amount }))
  const overflowing = asked.filter(({ work, amount }) => isOverflow(work, amount))
  const refused =
    refuse(asked, CHARGE_RANKS) ?? (overflowing.length > 0 ? refusedBy("overflow", overflowing) : undefined)
  if (refused !== undefined) return decided(works, { ...answered("Denied", command, works, NOT_GRANTED), ...refused })
  for (const work of works) debit(command, work, accounts, digest)
  return decided(works, answered("Charged", command, works, GRANTED))
}

const debit = (command: Charge, work: Work<ChargeLeg>, accounts: string, digest: string): void => {
  const { leg, timeMs } = work
  change(work, {
    cause: "charged",
    id: command.id,
    usedDelta: leg.amount,
    set: firstUnit(work),
    entry: {
      command: "charge",
      state: "charged",
      accounts,
      digest,
      settle: "actual",
      amount: leg.amount,
      held: 0,
      measured: null,
      whenUnknown: null,
      deadlineMs: timeMs,
      expiryCost: 0,
      period: accountOf(work).period,
      createdMs: timeMs,
      changedMs: timeMs,
      debited: leg.amount,
      actual: leg.amount,
      overage: "debit",
      unbilled: 0,
      late: false
    }
  })
}
