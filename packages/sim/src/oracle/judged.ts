/**
 * One leg of an answer, as the predicates see it.
 */
import type { AccountAnswer, Command, LegAnswer, Outcome } from "@tallystick/core/machine"

import type { Life } from "./lives.ts"
import type { Who } from "./who.ts"

/** One leg of a command that was answered. */
export interface Judged {
  readonly who: Who
  readonly command: Command
  readonly outcome: Outcome
  readonly position: number
  readonly account: number
  /** The numbers just before, at the same time; undefined where another call was under way, or time passed. */
  readonly before: AccountAnswer | undefined
  readonly after: AccountAnswer
  readonly leg: LegAnswer
  readonly life: Life | undefined
}

/** It took effect: it was admitted, and is no repeat. */
export const isNew = ({ granted, replayed }: Outcome): boolean => granted && !replayed
