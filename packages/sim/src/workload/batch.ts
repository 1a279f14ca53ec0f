/**
 * Several commands in one call: each is atomic on its own and sees those before it.
 */
import type { Command } from "@tallystick/core/machine"

import type { Block } from "../world/tape.ts"
import { drawCharge, drawReserve, newReserve } from "./begin.ts"
import type { Client } from "./client.ts"
import { drawFinalize, drawRelease } from "./go-on.ts"
import type { Workload } from "./workload.ts"

export const drawBatch = (work: Workload, block: Block, client: Client, nowMs: number): ReadonlyArray<Command> => {
  switch (block.variant % 5) {
    case 0: {
      const made = drawReserve(work, block, nowMs)
      return [made, made]
    }
    case 1:
      return [newReserve(work, block, work.ids.fresh, nowMs), newReserve(work, block, work.ids.fresh, nowMs)]
    case 2:
      return [drawReserve(work, block, nowMs), drawFinalize(work, block, client, nowMs)]
    case 3:
      return [drawFinalize(work, block, client, nowMs), drawRelease(work, block, client, nowMs)]
    default:
      return [drawRelease(work, block, client, nowMs), drawReserve(work, block, nowMs), drawCharge(work, block, nowMs)]
  }
}
