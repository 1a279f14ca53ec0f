/**
 * What the service adds to a store's errors. Plain errors with a `_tag`.
 */
import type { ConflictReason, LegState } from "../machine/outcome.ts"
import type { Denial } from "./denial.ts"

/**
 * `guard` was denied: it has no value to give. `open` answers the same with a denial. Nothing is held and nothing was
 * run.
 */
export class QuotaDenied extends Error {
  readonly _tag = "QuotaDenied" as const
  readonly denial: Denial

  constructor(denial: Denial) {
    super(denial.message)
    this.name = "QuotaDenied"
    this.denial = denial
  }
}

/**
 * The request id has a history that stands in the way: it was used for another reservation (`legs`, `content`), or it
 * has ended (`ended`). Take a new id for a new call. An id is also used up when its `open` failed or was aborted,
 * since what may have been sent is undone.
 */
export class QuotaConflict extends Error {
  readonly _tag = "QuotaConflict" as const
  readonly requestId: string
  readonly reason: ConflictReason

  constructor(requestId: string, reason: ConflictReason) {
    super(`the request id ${JSON.stringify(requestId)} ${conflictText[reason]}`)
    this.name = "QuotaConflict"
    this.requestId = requestId
    this.reason = reason
  }
}

const conflictText: Readonly<Record<ConflictReason, string>> = {
  ended: "has ended",
  legs: "was used with other accounts",
  content: "was used with other amounts"
}

/**
 * The reservation has ended: by its holder, by another process that had its handle, by an operator, or by its
 * deadline.
 */
export class ReservationEnded extends Error {
  readonly _tag = "ReservationEnded" as const
  readonly requestId: string
  /** What the store says of it; `none`: it knows nothing of it; `here`: it was ended through this object. */
  readonly state: LegState | "here"

  constructor(requestId: string, state: LegState | "here") {
    super(`the reservation ${JSON.stringify(requestId)} has ended (${state})`)
    this.name = "ReservationEnded"
    this.requestId = requestId
    this.state = state
  }
}

/** The quota was closed with `close()`; it takes nothing new. */
export class QuotaClosed extends Error {
  readonly _tag = "QuotaClosed" as const

  constructor() {
    super("the quota is closed")
    this.name = "QuotaClosed"
  }
}
