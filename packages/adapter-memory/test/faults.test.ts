/**
 * What a store in memory keeps through which fault: docs/promises.md.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"

import { ask, cases, charge, executed, numbersOf, prepare } from "../../sim/faults/cases.ts"
import { jumpingServer, jumpingServerSays } from "../../sim/faults/clock.ts"

test("a process that starts again: limits in code begin at zero, stored ones are unknown and deny", async () => {
  const store = memoryStore()
  await executed(store, [...prepare("stored"), charge("c", "in code", 5)])
  const next = memoryStore()
  expect(await numbersOf(next, "in code")).toEqual([0, 0, 1_000])
  const leg = { account: "stored", window: { kind: "none" }, unit: "tokens", amount: 1, settle: "actual" } as const
  expect(await ask(next, { kind: "reserve", id: "r", ttlMs: 60_000, legs: [leg] })).toMatchObject({
    _tag: "Denied",
    reason: "unknown"
  })
})

test("a caller that is gone: its command took effect whole or not at all, and the same again makes one effect", async () => {
  for (const { after, answer, command } of cases) {
    const store = memoryStore()
    await executed(store, prepare("a"))
    const fiber = Effect.runFork(store.execute([command("a")]))
    await Effect.runPromise(Fiber.interrupt(fiber))
    for (let time = 0; time < 2; time++) expect((await ask(store, command("a")))._tag).toBe(answer)
    expect(await numbersOf(store, "a")).toEqual(after)
  }
})

test("a clock that jumps by an hour and back, over midnight and back: no end is lost or counted twice, one new day", async () => {
  expect(await jumpingServer(memoryStore(), "jumping")).toEqual(jumpingServerSays)
})
