/**
 * Commands about reservations that this process covers.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { accountKey } from "../machine/account.ts"
import type { AccountTerms, Command, Extend, Finalize, Release, Reserve } from "../machine/command.ts"
import { accountsDigest, reserveDigest } from "../machine/digest.ts"
import type { Outcome } from "../machine/outcome.ts"
import type { Verdict } from "../machine/verdict.ts"
import type { CallError } from "./errors.ts"
import { coveredAnswer } from "./insured-answers.ts"
import type { Cover, Covered } from "./insured-cover.ts"
import { costsOf, isFinal, sentEnding } from "./insured-ending.ts"
import { extendCovered } from "./insured-extend.ts"
import { type SendOne, wholeMs } from "./insured-send.ts"

/** Those that a covered reservation concerns; a charge, a lookup and an operator's change are the store's. */
export type AboutReservation = Reserve | Extend | Finalize | Release

export const isAboutReservation = (command: Command): command is AboutReservation =>
  command.kind === "reserve" || command.kind === "extend" || command.kind === "finalize" || command.kind === "release"

export const answerCovered = (
  cover: Cover,
  covered: Covered,
  command: AboutReservation,
  send: SendOne
): Effect.Effect<Outcome, CallError> =>
  Effect.flatMap(wholeMs, (nowMs) => {
    const verdict = decidedHere(covered, command)
    if (verdict !== undefined) return Effect.succeed(coveredAnswer(cover, covered, command, verdict, nowMs))
    return command.kind === "extend"
      ? extendCovered(cover, covered, command, send)
      : endCovered(cover, covered, command as Finalize | Release, nowMs, send)
  })

/** A repeat, or another reservation under the same id. */
export const reservedBefore = ({ isEnded, reserve }: Covered, command: Reserve): Verdict => {
  if (isEnded) return { tag: "Conflict", reason: "ended" }
  if (accountsDigest(command.legs) !== accountsDigest(reserve.legs)) return { tag: "Conflict", reason: "legs" }
  const isSame = reserveDigest(command.legs) === reserveDigest(reserve.legs)
  return isSame ? { tag: "Granted", replayed: true } : { tag: "Conflict", reason: "content" }
}

/** What its history alone decides, as the machine would. */
const decidedHere = (covered: Covered, command: AboutReservation): Verdict | undefined => {
  const { isEnded, reserve } = covered
  if (command.kind === "reserve") return reservedBefore(covered, command)
  if (command.kind === "extend" && isEnded) return { tag: "Ended" }
  const isOther = accountsDigest(command.legs) !== accountsDigest(reserve.legs) || namesOtherAmounts(covered, command)
  return isOther ? { tag: "Conflict", reason: "legs" } : undefined
}

/** Totals and measures are of `actual` legs only; actuals are of exactly these. */
const namesOtherAmounts = (covered: Covered, command: Extend | Finalize | Release): boolean => {
  if (command.kind === "release") return false
  const isActual = (leg: AccountTerms): boolean => covered.legs.get(accountKey(leg))!.leg.settle === "actual"
  return command.kind === "finalize"
    ? command.legs.some((leg) => isActual(leg) !== (leg.actual !== undefined))
    : command.legs.some((leg) => !isActual(leg) && (leg.total !== undefined || leg.measured !== undefined))
}

/** From here on it counts with what it cost, until the store has heard of it. The store decides; its failure is the caller's. */
const endCovered = (cover: Cover, covered: Covered, command: Finalize | Release, nowMs: number, send: SendOne) => {
  cover.end(covered, costsOf(covered, command))
  const sentAgoMs = covered.sentMs === undefined ? 0 : Math.max(0, nowMs - covered.sentMs)
  return Effect.onExit(send(sentEnding(covered, command, sentAgoMs)), (exit) =>
    Effect.sync(() => {
      if (Exit.isSuccess(exit) && isFinal(exit.value)) cover.settled(covered, exit.value)
      else if (!isCertain(exit)) covered.sentMs ??= nowMs
    })
  )
}

/** It did not reach the store, or did nothing there. */
const isCertain = (exit: Exit.Exit<Outcome, CallError>): boolean =>
  Exit.isSuccess(exit) ||
  exit.cause.reasons.every((reason) => reason._tag === "Fail" && reason.error._tag !== "OutcomeUnknown")
