/**
 * Charges, and endings by the id alone: for whoever does not have the reservation but knows its request and limits,
 * such as a webhook or a worker in another process.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import type { Overage } from "../machine/command.ts"
import type { InvalidInput } from "../machine/invalid-input.ts"
import type { Denied } from "../machine/outcome.ts"
import { readAmount, readChoice, readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import { type Denial, denialOf } from "./denial.ts"
import type { Ending } from "./ending.ts"
import { currentMs, type Environment } from "./environment.ts"
import { QuotaClosed, QuotaConflict } from "./errors.ts"
import { readRequestId } from "./identifier.ts"
import { type Leg, limitsError, readAccounts, readAmounts, readUsed } from "./leg.ts"
import type { Amounts, Limit } from "./limit.ts"
import { actualUnits } from "./part.ts"
import { accountOf, takesCharge } from "./plan.ts"
import { report } from "./report.ts"
import { type Delivery, startDelivery } from "./settle.ts"
import { type Settlement, settlementOf } from "./settlement.ts"

/** What ends a reservation that another process opened. */
export interface ReleaseRequest {
  /** That of `open`. */
  readonly requestId: string
  /** Those of `open`: the same accounts and windows, in any order. */
  readonly limits: ReadonlyArray<Limit>
}

export interface FinalizeRequest extends ReleaseRequest {
  /** What the call used, by unit: 0 to 2^53 - 1 for each limit that is debited by what was used. */
  readonly used: Amounts
  /** What of it above the hold is debited. Default: the quota's. */
  readonly overage?: Overage | undefined
  /**
   * When it was opened, ms since the epoch. With it, an id that the store does not know is charged: its data was lost,
   * or `enforce` was off. If that is so long ago that the id may have been counted and forgotten (`undecidable`), or
   * without it (`unknown`), nothing is, and the observer hears of it.
   */
  readonly openedAtMs?: number | undefined
}

export interface ChargeRequest {
  /**
   * 1 to 240 characters. The same id with the same limits and amounts is debited once; so for as long as the store
   * remembers endings, an hour unless it was told otherwise. Default: a new one.
   */
  readonly requestId?: string | undefined
  /** 1 to 16. Their room is not asked: the money is spent. */
  readonly limits: ReadonlyArray<Limit>
  /** By unit, 0 to 2^53 - 1. `requests` is 1 and `streams` 0 unless given. */
  readonly used: Amounts
}

/** What a charge did. */
export interface Charge extends Settlement {
  readonly granted: true
  /** It had been debited before, by the same id. */
  readonly replayed: boolean
}

export type EndError = InvalidInput | QuotaClosed

/** Ends it at `used`. */
export const finalizeById = (env: Environment, request: FinalizeRequest): Effect.Effect<Settlement, EndError> =>
  settleById(env, "finalized", (nowMs) => {
    const fields = readObject(request, "options")
    refuseOtherKeys(fields, "", ["requestId", "limits", "used", "overage", "openedAtMs"])
    const openedAtMs = fields["openedAtMs"] === undefined ? undefined : readAmount(fields["openedAtMs"], "openedAtMs")
    const legs = readUsed(fields["limits"], fields["used"])
    readAmounts(fields["used"], "used", actualUnits(legs))
    return {
      ...endingOf("finalize", readRequestId(fields["requestId"]), legs, nowMs),
      overage: readChoice(fields["overage"] ?? env.settings.overage, "overage", ["debit", "cap"]),
      ifUnknown: openedAtMs === undefined ? "mark" : "charge",
      knownAtMs: openedAtMs ?? nowMs
    }
  })

/** Ends it at what was measured. */
export const releaseById = (env: Environment, request: ReleaseRequest): Effect.Effect<Settlement, EndError> =>
  settleById(env, "released", (nowMs) => {
    const fields = readObject(request, "options")
    refuseOtherKeys(fields, "", ["requestId", "limits"])
    const legs = readAccounts(fields["limits"])
    return endingOf("release", readRequestId(fields["requestId"]), legs, nowMs)
  })

const settleById = Effect.fnUntraced(function* (
  env: Environment,
  ended: "finalized" | "released",
  read: (nowMs: number) => Ending
): Effect.fn.Return<Settlement, EndError> {
  if (env.closed) return yield* Effect.fail(new QuotaClosed())
  const nowMs = yield* currentMs
  const ending = yield* checked(() => read(nowMs))
  const delivery = yield* deliverOne(env, ending)
  return settlementOf(ending.requestId, ended, [ending], [delivery])
})

/** Debits at once. Denied only where no limit is known, the account is closed, or it counts another unit. */
export const charge = Effect.fnUntraced(function* (
  env: Environment,
  request: ChargeRequest
): Effect.fn.Return<Charge | Denial, EndError | QuotaConflict> {
  if (env.closed) return yield* Effect.fail(new QuotaClosed())
  const asked = yield* checked(() => {
    const fields = readObject(request, "options")
    refuseOtherKeys(fields, "", ["requestId", "limits", "used"])
    const given = fields["requestId"]
    return {
      requestId: given === undefined ? env.newId() : readRequestId(given),
      legs: readUsed(fields["limits"], fields["used"])
    }
  })
  const first = endingOf("charge", asked.requestId, asked.legs, yield* currentMs)
  const delivery = yield* deliverOne(env, first)
  const { outcome } = delivery
  if (outcome?._tag === "Conflict") return yield* Effect.fail(new QuotaConflict(asked.requestId, outcome.reason))
  if (outcome?._tag !== "Denied") return chargeOf(first, delivery)
  const { enforce } = env.settings
  const denial = denialOf(asked.requestId, outcome, outcome)
  yield* report(env.observer, "denied", { requestId: asked.requestId, denial, during: "charge", enforced: enforce })
  return enforce ? denial : yield* chargeOthers(env, first, asked.legs, outcome, delivery)
})

/** With `enforce` off nothing is denied: the accounts that take a charge are debited, as at the end of a turn. */
const chargeOthers = Effect.fnUntraced(function* (
  env: Environment,
  first: Ending,
  legs: ReadonlyArray<Leg>,
  refused: Denied,
  denied: Delivery
): Effect.fn.Return<Charge, EndError> {
  const others = legs.filter((leg) => takesCharge(refused, leg))
  if (others.length === 0) return chargeOf(first, denied)
  const ending = {
    ...endingOf("charge", first.requestId, others, first.knownAtMs),
    id: `${first.requestId}~observed`
  }
  return chargeOf(ending, yield* deliverOne(env, ending))
})

const chargeOf = (ending: Ending, delivery: Delivery): Charge => ({
  ...settlementOf(ending.requestId, "charged", [ending], [delivery]),
  granted: true,
  replayed: delivery.outcome?.replayed ?? false
})

/** Delivers, as the end of a turn: who waits for it cannot interrupt it. */
const deliverOne = (env: Environment, ending: Ending): Effect.Effect<Delivery, InvalidInput> =>
  Effect.uninterruptible(Effect.flatMap(startDelivery(env, [ending]), Fiber.join)).pipe(
    Effect.flatMap(([delivery]) => {
      const { problem } = delivery!
      // A route over several stores refuses what no single one can decide: the caller's mistake.
      return problem?.kind === "undelivered" && problem.error._tag === "InvalidInput"
        ? Effect.fail(limitsError(problem.error))
        : Effect.succeed(delivery!)
    })
  )

const endingOf = (kind: Ending["kind"], requestId: string, legs: ReadonlyArray<Leg>, nowMs: number): Ending => ({
  id: requestId,
  requestId,
  kind,
  overage: "debit",
  ifUnknown: "mark",
  knownAtMs: nowMs,
  legs: legs.map((leg) => ({
    ...accountOf(leg),
    amount: kind === "charge" || (kind === "finalize" && leg.settle === "actual") ? leg.amount : undefined
  }))
})
