/**
 * I14: the same commands at the same times on a fresh store, with nobody looking in between. If all is right then, it was the looking.
 */
import type { QuotaStore } from "@tallystick/core/store"
import * as Exit from "effect/Exit"

import { sameAccount, sameHolds, sameOutcome } from "../oracle/same.ts"
import { refOf } from "../workload/accounts.ts"
import { World } from "../world/world.ts"
import type { Waiting } from "../world/world.ts"
import type { RunParts } from "./run.ts"
import type { Stage } from "./stage.ts"

export function* isCausedByLooking(stage: Stage, parts: RunParts): Waiting<boolean> {
  const { work, world: was, store: first } = stage.parts
  const { settings, accounts, startMs } = work.swarm
  let made: QuotaStore | Promise<QuotaStore> = parts.makeStore(settings)
  if (made instanceof Promise) {
    const promise = made
    yield promise.then((store) => {
      made = store
    })
  }
  const store = made as QuotaStore
  const world = new World(startMs, first.capabilities.atomicOver === "process")
  const book = parts.newBook(settings)
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
  for (const plan of accounts) {
    const ref = refOf(plan, world.nowMs)
    const usage = world.begin(store.usage([ref]))
    if (!(yield* world.finish(usage)) || !Exit.isSuccess(usage.exit!)) return false
    const [seen] = usage.exit.value
    const holds = world.begin(store.holds(ref, { limit: 1_000 }))
    if (!(yield* world.finish(holds)) || !Exit.isSuccess(holds.exit!)) return false
    const [expected] = book.usage([ref], world.nowMs) ?? []
    if (seen === undefined || expected === undefined || !sameAccount(expected, seen)) return false
    if (!sameHolds(book.holds(ref, world.nowMs), holds.exit.value.items)) return false
  }
  return true
}
