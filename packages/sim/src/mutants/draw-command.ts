/**
 * One command of a random program.
 */
import type { Adjustment, Command, Extend, Finalize, Reserve } from "@tallystick/core/machine"

import type { Draw } from "./draw.ts"
import { termsOf } from "./plan.ts"
import type { Plan } from "./plan.ts"

/** `made`: what each id was first reserved with, since most commands go on with what is there, and most repeats are true ones. */
export const drawCommand = (
  draw: Draw,
  kinds: ReadonlyArray<Kind>,
  plans: ReadonlyArray<Plan>,
  made: ReadonlyMap<string, Command>
): Command => {
  const id = draw.pick(["r1", "r1", "r2", "r3"])
  const before = made.get(id)
  const named = before?.legs.map((leg) => plans.find((plan) => plan.account === leg.account)!)
  const accounts = named !== undefined && draw.below(12) > 0 ? named : drawAccounts(draw, plans)
  switch (draw.pick(kinds)) {
    case "reserve":
      return before?.kind === "reserve" && draw.below(3) === 0 ? before : drawReserve(draw, id, accounts)
    case "extend":
      return drawExtend(draw, id, accounts)
    case "finalize":
      return drawFinalize(draw, id, accounts)
    case "release":
      return { kind: "release", id, legs: accounts.map(termsOf) }
    case "charge":
      return {
        kind: "charge",
        id,
        legs: accounts.map((plan) => ({ ...termsOf(plan), amount: draw.pick([0, drawAmount(draw)]) }))
      }
    case "adjust":
      return {
        kind: "adjust",
        id: `p${draw.below(12)}`,
        adjustment: draw.pick(adjustments),
        legs: [termsOf(accounts[0]!)]
      }
    case "lookup":
      return { kind: "lookup", id, legs: accounts.map(termsOf) }
  }
}

type Kind = Command["kind"]

const shares: ReadonlyArray<readonly [Kind, number]> = [
  ["reserve", 3],
  ["extend", 3],
  ["finalize", 2],
  ["release", 1],
  ["charge", 1],
  ["adjust", 2],
  ["lookup", 1]
]

/** Each program lacks some kinds, so that there is room for stories of the others. */
export const drawKinds = (draw: Draw): ReadonlyArray<Kind> =>
  shares.flatMap(([kind, share]) =>
    kind === "reserve" || draw.below(3) > 0 ? Array.from({ length: share }, () => kind) : []
  )

/** One of two accounts, or both in either order. */
const drawAccounts = (draw: Draw, plans: ReadonlyArray<Plan>): ReadonlyArray<Plan> => {
  const [a, b] = plans as readonly [Plan, Plan]
  return draw.pick([[a], [a], [b], [a, b], [b, a]])
}

const drawAmount = (draw: Draw): number => draw.pick([1, 2, 3, 4, 5, 6, 7, 10, 11])

/** Whether a leg says what was used: one time in 20 wrongly. */
const isMeasured = (draw: Draw, { settle }: Plan): boolean => (settle === "actual") !== (draw.below(20) === 0)

const drawReserve = (draw: Draw, id: string, accounts: ReadonlyArray<Plan>): Reserve => ({
  kind: "reserve",
  id,
  ttlMs: draw.pick([1, 1_000, 1_500, 5_000, 20_000]),
  legs: accounts.map((plan) => ({ ...termsOf(plan), amount: drawAmount(draw), settle: plan.settle }))
})

const drawExtend = (draw: Draw, id: string, accounts: ReadonlyArray<Plan>): Extend => ({
  kind: "extend",
  id,
  ttlMs: draw.pick([undefined, 1_000, 10_000]),
  whenUnknown: draw.pick([undefined, "refund", "charge-held", "charge-measured"]),
  legs: accounts.map((plan) => {
    const optional = (): number | undefined => draw.pick([undefined, drawAmount(draw)])
    return isMeasured(draw, plan) ? { ...termsOf(plan), total: optional(), measured: optional() } : termsOf(plan)
  })
})

const drawFinalize = (draw: Draw, id: string, accounts: ReadonlyArray<Plan>): Finalize => ({
  kind: "finalize",
  id,
  overage: draw.pick(["debit", "debit", "cap"]),
  ifUnknown: draw.pick(["mark", "charge"]),
  sentAgoMs: draw.pick([0, 0, 0, 54_999, 55_000]),
  legs: accounts.map((plan) =>
    isMeasured(draw, plan) ? { ...termsOf(plan), actual: draw.pick([0, 2, 2, 5, 5, drawAmount(draw)]) } : termsOf(plan)
  )
})

const adjustments: ReadonlyArray<Adjustment> = [
  { kind: "setLimit", limit: 12 },
  { kind: "setLimit", limit: "code" },
  { kind: "credit", amount: 3 },
  { kind: "reset" },
  { kind: "reset" },
  { kind: "reset" },
  { kind: "close" },
  { kind: "reopen" },
  { kind: "reopen" }
]
