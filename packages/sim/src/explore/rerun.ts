/**
 * I14: the same commands at the same times on a fresh store, with nobody looking in between. If all is right then, it was the looking.
 */
import type { QuotaStore } from "@tallystick/core/store"
import * as Exit from "effect/Exit"

import { sameAccount, sameHolds, sameOutcome } from "../oracle/same.ts"
import { resolved } from "../world/drive.ts"
import { World } from "../world/world.ts"
import type { Waiting } from "../world/world.ts"
import type { RunOptions } from "./run.ts"
import type { Stage } from "./stage.ts"

export function* isCausedByLooking(stage: Stage, options: RunOptions): Waiting<boolean> {
  const store = yield* resolved(options.makeStore(stage.parts.settings))
  const world = new World(stage.parts.startMs, stage.parts.store.capabilities.atomicOver === "process")
  const isRight = yield* isRightUnseen(stage, options, store, world)
  yield* world.finish(world.begin(store.close))
  return isRight
}

function* isRightUnseen(stage: Stage, options: RunOptions, store: QuotaStore, world: World): Waiting<boolean> {
  const { seen, settings, world: was } = stage.parts
  const book = options.newBook(settings)
  for (const { commands, nowMs } of stage.answered) {
    world.jump(nowMs - world.nowMs)
    const call = world.begin(store.execute(commands))
    if (!(yield* world.finish(call)) || !Exit.isSuccess(call.exit!)) return false
    const outcomes = call.exit.value
    if (
      book
        .execute(commands, nowMs)
        .some((outcome, index) => outcomes[index] === undefined || !sameOutcome(outcome, outcomes[index]))
    )
      return false
  }
  world.jump(was.nowMs - world.nowMs)
  for (const ref of seen.refsAt(world.nowMs)) {
    const usage = world.begin(store.usage([ref]))
    if (!(yield* world.finish(usage)) || !Exit.isSuccess(usage.exit!)) return false
    const [actual] = usage.exit.value
    const holds = world.begin(store.holds(ref, { limit: 1_000 }))
    if (!(yield* world.finish(holds)) || !Exit.isSuccess(holds.exit!)) return false
    const [expected] = book.usage([ref], world.nowMs) ?? []
    if (actual === undefined || expected === undefined || !sameAccount(expected, actual)) return false
    if (!sameHolds(book.holds(ref, world.nowMs), holds.exit.value.items)) return false
  }
  return true
}
