/**
 * Renews a covered reservation: in the store, if that can have it by now, else here.
 */
import * as Effect from "effect/Effect"

import { accountKey } from "../machine/account.ts"
import type { Extend, ExtendLeg, Reserve } from "../machine/command.ts"
import type { Extended, Outcome } from "../machine/outcome.ts"
import { deadlineOf } from "../machine/time.ts"
import type { CallError, StoreError } from "./errors.ts"
import { coveredAnswer } from "./insured-answers.ts"
import type { Cover, Covered } from "./insured-cover.ts"
import { isDown, type SendOne, uncovered, wholeMs } from "./insured-send.ts"

/** How the store took it. `apart`: it said something else, and the reservation stays here. */
type Taken =
  | { readonly tag: "answered"; readonly outcome: Outcome }
  | { readonly tag: "refused"; readonly denial: Extended["denial"] }
  | { readonly tag: "apart"; readonly outcome: Outcome }
  | { readonly tag: "down"; readonly error: StoreError }

export const extendCovered = (
  cover: Cover,
  covered: Covered,
  command: Extend,
  send: SendOne
): Effect.Effect<Outcome, CallError> =>
  handOver(cover, covered, command, send).pipe(
    Effect.catch((error) => (isDown(error) ? Effect.succeed<Taken>({ tag: "down", error }) : Effect.fail(error))),
    Effect.flatMap((taken) => {
      if (taken.tag === "answered") return Effect.succeed(taken.outcome)
      // It was ended meanwhile, and the store has heard of it.
      if (cover.get(command) !== covered) return send(command)
      return extendHere(cover, covered, command, taken)
    })
  )

/**
 * Reserves it in the store, and extends it there. When the store holds all of it, it is covered no longer. A repeat of
 * the reserve is replayed, so that nothing is held twice.
 */
const handOver = (cover: Cover, covered: Covered, command: Extend, send: SendOne): Effect.Effect<Taken, CallError> =>
  Effect.flatMap(send(reserveOf(covered, command)), (reserved): Effect.Effect<Taken, CallError> => {
    if (reserved._tag === "Denied") {
      const { reason, refusals, retryInMs } = reserved
      return Effect.succeed({ tag: "refused", denial: { reason, refusals, retryInMs } })
    }
    const isOver = reserved._tag === "Conflict" && reserved.legs.some((leg) => isEnding(leg.state))
    // Ended by an operator: its holder must hear so.
    if (isOver) return Effect.map(send(command), (outcome) => ({ tag: "answered", outcome }))
    if (reserved._tag !== "Granted")
      return Effect.succeed({ tag: "apart", outcome: { ...reserved, command: command.kind } })
    return Effect.map(send(extendOf(covered, command)), (outcome): Taken => {
      if (outcome._tag !== "Extended") return { tag: "apart", outcome }
      const isWhole = outcome.legs.every((leg) => leg.held >= covered.legs.get(accountKey(leg))!.held)
      if (!isWhole) return { tag: "refused", denial: outcome.denial }
      cover.forget(covered)
      return { tag: "answered", outcome }
    })
  })

const isEnding = (state: string): boolean => state === "finalized" || state === "released" || state === "charged"

/** The reserve as it was asked, with the windows of now. */
const reserveOf = (covered: Covered, command: Extend): Reserve => ({
  kind: "reserve",
  id: command.id,
  ttlMs: command.ttlMs ?? covered.reserve.ttlMs,
  legs: command.legs.map(({ account, window, unit, limit, warnAt }) => {
    const { amount, settle } = covered.legs.get(accountKey({ account, window }))!.leg
    return { account, window, unit, limit, warnAt, amount, settle }
  })
})

/** With all that was held and measured here. */
const extendOf = (covered: Covered, command: Extend): Extend => ({
  ...command,
  legs: command.legs.map((leg): ExtendLeg => {
    const own = covered.legs.get(accountKey(leg))!
    if (own.leg.settle !== "actual") return leg
    const measured = Math.max(own.measured ?? 0, leg.measured ?? 0)
    return {
      ...leg,
      total: Math.max(own.held, leg.total ?? 0),
      measured: own.measured === null && leg.measured === undefined ? undefined : measured
    }
  })
})

/**
 * Renewal and measures always take effect; growth only while the store is down: one that answers has decided it.
 */
const extendHere = (
  cover: Cover,
  covered: Covered,
  command: Extend,
  taken: Exclude<Taken, { readonly tag: "answered" }>
): Effect.Effect<Outcome, CallError> =>
  Effect.flatMap(wholeMs, (nowMs) => {
    if (command.ttlMs !== undefined) covered.deadlineMs = Math.max(covered.deadlineMs, deadlineOf(nowMs, command.ttlMs))
    const totals = amountsOf(command, "total")
    const isGrowth = [...totals].some(([key, total]) => total > covered.legs.get(key)!.held)
    const isHeld = cover.raise(covered, taken.tag === "down" ? totals : new Map(), amountsOf(command, "measured"))
    const verdict = { tag: "Extended", replayed: false, denial: undefined } as const
    const answer = coveredAnswer(cover, covered, command, verdict, nowMs) as Extended
    if (!isGrowth) return Effect.succeed(answer)
    if (taken.tag === "down") return isHeld ? Effect.succeed(answer) : Effect.fail(uncovered(taken.error))
    if (taken.tag === "apart") return Effect.succeed(taken.outcome)
    return Effect.succeed({ ...answer, granted: false, grown: false, denial: taken.denial })
  })

const amountsOf = (command: Extend, field: "total" | "measured"): ReadonlyMap<string, number> =>
  new Map(command.legs.flatMap((leg) => (leg[field] === undefined ? [] : [[accountKey(leg), leg[field]]])))
