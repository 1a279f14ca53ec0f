/**
 * Grows what a turn holds, before each further model call.
 */
import * as Effect from "effect/Effect"

import { MAX_AMOUNT } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import type { Command } from "../machine/command.ts"
import type { AccountAnswer, Extended } from "../machine/outcome.ts"
import type { CallError } from "../store/errors.ts"
import { admit, type Restore } from "./admit.ts"
import { sendOne } from "./call.ts"
import { checked } from "./checked.ts"
import { type Denial, denialOf, type Refused } from "./denial.ts"
import { currentMs, type Environment } from "./environment.ts"
import { type QuotaConflict, ReservationEnded } from "./errors.ts"
import { lostState } from "./heartbeat.ts"
import { readAmounts } from "./leg.ts"
import type { Amounts } from "./limit.ts"
import { report } from "./report.ts"
import { actualUnits, extendOf, newPart, type Part, shareOf } from "./part.ts"
import { growingOf, type Turn } from "./turn.ts"

/** The growth was admitted. */
export interface Growth {
  readonly granted: true
  readonly accounts: ReadonlyArray<AccountAnswer>
}

export type GrowError = CallError | QuotaConflict | ReservationEnded

/** The parts of one turn: one per window that ended while it ran. A turn renews for 30 days at most. */
const MAX_PARTS = 32

/** How much more is needed: of the part that holds now, and of one that begins. */
export interface Growing {
  readonly more: (part: Part) => Amounts
  readonly afresh: Amounts
}

/** `grow`: so much more than is held. */
export const growBy = (turn: Turn, by: unknown): Growing => {
  const amounts = readGrowth(turn, by, "by")
  return { more: () => amounts, afresh: amounts }
}

/** `ensure`: so much more than was used, as far as it is not held yet. */
export const growFor = (turn: Turn, next: unknown): Growing => {
  const amounts = readGrowth(turn, next, "next")
  const more = (part: Part): Amounts => {
    const missing = Object.entries(amounts).map(([unit, amount]): readonly [string, number] => {
      const used = shareOf(turn.parts, turn.parts.indexOf(part), unit, turn.meter.total(unit) ?? 0)
      return [unit, amount + used - (part.held[unit] ?? 0)]
    })
    return Object.fromEntries(missing.filter(([, amount]) => amount > 0))
  }
  return { more, afresh: amounts }
}

/** Each unit must be one that a usage report may name; those that no limit debits by what was used need no growth. */
const readGrowth = (turn: Turn, by: unknown, field: string): Amounts => {
  const amounts = readAmounts(by, field, turn.units)
  const growable = actualUnits(turn.parts[0]!.legs)
  return Object.fromEntries(Object.entries(amounts).filter(([unit, amount]) => growable.has(unit) && amount > 0))
}

/** Grows, one after the other. Denied growth leaves the turn as it is. */
export const grow = (env: Environment, turn: Turn, growing: Growing): Effect.Effect<Growth | Denial, GrowError> =>
  Effect.uninterruptibleMask((restore) => growingOf(turn).withPermits(1)(growNow(env, restore, turn, growing)))

const growNow = Effect.fnUntraced(function* (
  env: Environment,
  restore: Restore,
  turn: Turn,
  growing: Growing
): Effect.fn.Return<Growth | Denial, GrowError> {
  if (turn.ended !== undefined) return yield* Effect.fail(new ReservationEnded(turn.requestId, "here"))
  const part = turn.parts.at(-1)!
  const more = growing.more(part)
  const units = Object.keys(more)
  if (units.length === 0) return { granted: true, accounts: [] }
  // It began in a new window for other units only.
  if (units.some((unit) => part.held[unit] === undefined)) return yield* growAfresh(env, restore, turn, more)
  const totals = yield* checked(() => totalsOf(part.held, more))
  if (turn.standing._tag !== "held") {
    part.held = { ...part.held, ...totals }
    return { granted: true, accounts: [] }
  }
  const outcome = yield* restore(sendGrowth(env, turn, totals))
  if (outcome.denial === null) {
    part.held = { ...part.held, ...totals }
    return { granted: true, accounts: outcome.accounts }
  }
  if (outcome.denial.reason === "windowPassed") return yield* growAfresh(env, restore, turn, growing.afresh)
  return yield* denied(env, turn, outcome.denial, outcome)
})

const totalsOf = (held: Amounts, by: Amounts): Amounts => {
  const totals: Record<string, number> = {}
  for (const [unit, amount] of Object.entries(by)) {
    const total = (held[unit] ?? 0) + amount
    if (total > MAX_AMOUNT)
      throw new InvalidInput(`by.${unit}`, "such that all that is held is at most 2^53 - 1", amount)
    totals[unit] = total
  }
  return totals
}

const sendGrowth = (env: Environment, turn: Turn, totals: Amounts): Effect.Effect<Extended, GrowError> => {
  const { ttlMs, whenUnknown } = turn.settings
  const command = (nowMs: number): Command =>
    extendOf(turn.parts, turn.parts.length - 1, turn.meter, { ttlMs, whenUnknown, totals }, env.calendar, nowMs)
  return Effect.gen(function* () {
    const sentAtMs = yield* currentMs
    const outcome = yield* sendOne(env.store, command, env.settings.callTimeoutMs)
    if (outcome._tag !== "Extended")
      return yield* Effect.fail(new ReservationEnded(turn.requestId, lostState([outcome]) ?? "none"))
    turn.knownAtMs = sentAtMs
    if (turn.parts.length === 1) turn.insured = outcome.insured === true
    return outcome
  })
}

/**
 * A window has ended since the turn began: what it needs more is reserved in the new one, by a reservation of its
 * own.
 */
const growAfresh = Effect.fnUntraced(function* (
  env: Environment,
  restore: Restore,
  turn: Turn,
  by: Amounts
): Effect.fn.Return<Growth | Denial, GrowError> {
  if (turn.parts.length >= MAX_PARTS) return yield* Effect.fail(new ReservationEnded(turn.requestId, "expired"))
  const legs = turn.parts[0]!.legs.filter((leg) => leg.settle === "actual" && by[leg.unit] !== undefined).map(
    (leg) => ({ ...leg, amount: by[leg.unit]! })
  )
  const part = newPart(`${turn.requestId}~${turn.parts.length + 1}`, legs, turn.meter.totals())
  const outcome = yield* admit(env, restore, turn.requestId, part, turn.settings.ttlMs)
  if (outcome._tag === "Denied") return yield* denied(env, turn, outcome, outcome)
  turn.parts.push(part)
  turn.insured ||= outcome.insured === true
  return { granted: true, accounts: outcome.accounts }
})

const denied = Effect.fnUntraced(function* (
  env: Environment,
  turn: Turn,
  refused: Refused,
  outcome: { readonly accounts: ReadonlyArray<AccountAnswer> }
): Effect.fn.Return<Growth | Denial> {
  const denial = denialOf(turn.requestId, refused, outcome)
  const { enforce } = env.settings
  yield* report(env.observer, "denied", { requestId: turn.requestId, denial, during: "grow", enforced: enforce })
  return enforce ? denial : { granted: true, accounts: outcome.accounts }
})
