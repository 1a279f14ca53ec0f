import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import { assert, it } from "vitest"

import { drive } from "../../src/world/drive.ts"
import { World } from "../../src/world/world.ts"

const valueOf = <A, E>(exit: Exit.Exit<A, E> | undefined): A | undefined =>
  exit !== undefined && Exit.isSuccess(exit) ? exit.value : undefined

it("a call that never yields has ended when it has begun", () => {
  const world = new World(1_000, true)
  const call = world.begin(Effect.clockWith((clock) => Effect.sync(() => clock.currentTimeMillisUnsafe())))
  assert.equal(valueOf(call.exit), 1_000)
  assert.deepEqual([call.readMs, call.reading, world.open.length], [1_000, 1, 0])
})

it("a call that yields stops there, and goes on step by step", () => {
  const world = new World(0, true)
  const seen: Array<number> = []
  const note = (number: number) =>
    Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => seen.push(number))
    )
  const call = world.begin(Effect.andThen(note(1), note(2)))
  assert.deepEqual(seen, [])
  world.advance(call, 1)
  assert.deepEqual(seen, [1])
  assert.isUndefined(call.exit)
  assert.isTrue(drive(world.finish(call)))
  assert.deepEqual(seen, [1, 2])
})

it("a call that waits for another one lets it run", () => {
  const world = new World(0, true)
  const lock = Semaphore.makeUnsafe(1)
  const locked = lock.withPermits(1)(Effect.andThen(Effect.yieldNow, Effect.succeed("done")))
  const first = world.begin(locked)
  const second = world.begin(locked)
  assert.isTrue(drive(world.finish(second)))
  assert.equal(valueOf(first.exit), "done")
  assert.equal(valueOf(second.exit), "done")
  assert.deepEqual(world.open, [])
})

it("if all sleep, time passes", () => {
  const world = new World(0, true)
  const call = world.begin(Effect.as(Effect.sleep("1 hour"), "woken"))
  assert.isTrue(drive(world.finish(call)))
  assert.equal(world.nowMs, 3_600_000)
  assert.equal(valueOf(call.exit), "woken")
})

it("a call that nothing can wake hangs", async () => {
  const world = new World(0, true)
  assert.isFalse(await drive(world.finish(world.begin(Effect.never))))
})

it("so does one that yields for ever", () => {
  const world = new World(0, true)
  assert.isFalse(drive(world.finish(world.begin(Effect.forever(Effect.yieldNow)))))
})

it("a promise takes turns of the event loop", async () => {
  const world = new World(0, true)
  const call = world.begin(Effect.promise(async () => "kept"))
  assert.isTrue(await drive(world.finish(call)))
  assert.equal(valueOf(call.exit), "kept")
})
