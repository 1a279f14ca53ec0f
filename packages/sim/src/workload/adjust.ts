/**
 * An operator's changes.
 */
import type { Adjust, Adjustment } from "@tallystick/core/machine"

import type { Block } from "../world/tape.ts"
import { termsOf } from "./accounts.ts"
import type { Workload } from "./workload.ts"

/** Mostly a new id; else the same change again, or another one under a used id. */
export const drawAdjust = (work: Workload, block: Block, nowMs: number): Adjust => {
  const before = block.id < 192 ? undefined : work.adjusts[block.id % work.adjusts.length]
  if (before !== undefined && block.id < 240) return before
  const index = block.legs % work.swarm.accounts.length
  const terms = termsOf(work.swarm.accounts[index]!, nowMs, 0)
  const unit = block.second < 224 ? terms.unit : block.second < 240 ? "requests" : undefined
  const isOpen = work.state[index]?.open ?? true
  const made: Adjust = {
    kind: "adjust",
    id: before?.id ?? `a${work.adjusts.length + 1}`,
    adjustment: drawAdjustment(block, isOpen),
    legs: [{ ...terms, unit }]
  }
  work.adjusts.push(made)
  return made
}

const drawAdjustment = ({ variant, amount }: Block, isOpen: boolean): Adjustment => {
  if (variant < 64) return { kind: isOpen ? "close" : "reopen" }
  if (variant < 128) return { kind: "setLimit", limit: amount < 200 ? amount % 16 : amount < 224 ? null : "code" }
  if (variant < 176) return { kind: "credit", amount: (amount % 24) - 8 }
  if (variant < 224) return { kind: "reset" }
  return { kind: variant % 2 === 0 ? "close" : "reopen" }
}
