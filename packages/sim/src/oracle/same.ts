/**
 * Equality of answers, field by field. Written out: a generic deep comparison takes ten times as long, and it runs twice per message.
 */
import type { AccountAnswer, LegAnswer, Outcome, Refusal, WindowName } from "@tallystick/core/machine"

import type { HeldAmount } from "./oracle.ts"

export const sameWindow = (left: WindowName, right: WindowName): boolean => {
  if (left === right) return true
  if (left.kind !== right.kind) return false
  if (left.kind === "fixed") return left.lengthMs === (right as typeof left).lengthMs
  if (left.kind === "idle") return left.idleMs === (right as typeof left).idleMs
  if (left.kind === "none") return true
  const other = right as typeof left
  return left.every === other.every && left.timeZone === other.timeZone
}

export const sameAccount = (left: AccountAnswer, right: AccountAnswer): boolean =>
  left.used === right.used &&
  left.reserved === right.reserved &&
  left.revision === right.revision &&
  left.timeMs === right.timeMs &&
  left.account === right.account &&
  left.known === right.known &&
  left.open === right.open &&
  left.unit === right.unit &&
  left.limit === right.limit &&
  left.limitFrom === right.limitFrom &&
  left.spendable === right.spendable &&
  left.debt === right.debt &&
  left.status === right.status &&
  left.period === right.period &&
  left.resetsInMs === right.resetsInMs &&
  sameWindow(left.window, right.window)

export const sameLeg = (left: LegAnswer, right: LegAnswer): boolean =>
  left.state === right.state &&
  left.held === right.held &&
  left.measured === right.measured &&
  left.debited === right.debited &&
  left.overage === right.overage &&
  left.unbilled === right.unbilled &&
  left.late === right.late &&
  left.unreserved === right.unreserved &&
  left.windowPassed === right.windowPassed &&
  left.expiresInMs === right.expiresInMs &&
  left.account === right.account &&
  sameWindow(left.window, right.window)

const sameRefusal = (left: Refusal, right: Refusal): boolean =>
  left.account === right.account &&
  left.unit === right.unit &&
  left.asked === right.asked &&
  left.left === right.left &&
  left.limit === right.limit &&
  left.retryInMs === right.retryInMs &&
  sameWindow(left.window, right.window)

const sameList = <A>(
  left: ReadonlyArray<A>,
  right: ReadonlyArray<A>,
  same: (left: A, right: A) => boolean
): boolean => {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (!same(left[index]!, right[index]!)) return false
  return true
}

export interface RefusedAnswer {
  readonly reason: string
  readonly refusals: ReadonlyArray<Refusal>
  readonly retryInMs: number | null
}

export const sameRefused = (left: RefusedAnswer | null, right: RefusedAnswer | null): boolean =>
  left === null || right === null
    ? left === right
    : left.reason === right.reason &&
      left.retryInMs === right.retryInMs &&
      sameList(left.refusals, right.refusals, sameRefusal)

export const sameOutcome = (left: Outcome, right: Outcome): boolean =>
  left._tag === right._tag &&
  left.command === right.command &&
  left.id === right.id &&
  left.granted === right.granted &&
  left.replayed === right.replayed &&
  sameList(left.accounts, right.accounts, sameAccount) &&
  sameList(left.legs, right.legs, sameLeg) &&
  sameDetail(left, right)

/** What only some answers have. */
export const sameDetail = (left: Outcome, right: Outcome): boolean => {
  switch (left._tag) {
    case "Denied":
      return sameRefused(left, right as typeof left)
    case "Extended": {
      const other = right as typeof left
      return left.grown === other.grown && sameRefused(left.denial, other.denial)
    }
    case "Conflict":
    case "NotApplied":
      return left.reason === (right as typeof left).reason
    case "Corrupt": {
      const other = right as typeof left
      return left.account === other.account && sameWindow(left.window, other.window)
    }
    default:
      return true
  }
}

const sameHold = (left: HeldAmount, right: HeldAmount): boolean =>
  left.id === right.id &&
  left.held === right.held &&
  left.measured === right.measured &&
  left.expiresInMs === right.expiresInMs &&
  left.windowPassed === right.windowPassed

export const sameHolds = (left: ReadonlyArray<HeldAmount>, right: ReadonlyArray<HeldAmount>): boolean =>
  sameList(left, right, sameHold)
