/**
 * How full a flush of several accounts leaves while others are under way.
 */
import { describe, it } from "@effect/vitest"
import type { Command } from "@tallystick/core/machine"
import { batched, type BatchedOptions } from "@tallystick/core/store"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"

const reserve = (account: string): Command => ({
  kind: "reserve",
  id: "r",
  ttlMs: 10_000,
  legs: [{ account, window: { kind: "none" }, unit: "u", limit: 10, amount: 1, settle: "actual" }]
})

/** A store whose flushes come back when the test says so; what each has is named by its accounts. */
const gated = (options: BatchedOptions = {}) => {
  const inner = memoryStore()
  const flights: Array<{ accounts: string; gate: Deferred.Deferred<void> }> = []
  const store = batched(
    {
      ...inner,
      execute: (commands) =>
        Effect.suspend(() => {
          const gate = Deferred.makeUnsafe<void>()
          flights.push({ accounts: commands.map(({ legs }) => legs[0].account).join(" "), gate })
          return Effect.andThen(Deferred.await(gate), inner.execute(commands))
        })
    },
    options
  )
  const turns = Effect.forEach(Array(4), () => Effect.yieldNow, { discard: true })
  const send = (...accounts: ReadonlyArray<string>) =>
    Effect.forEach(
      accounts,
      (account) => Effect.forkChild(store.execute([reserve(account)]), { startImmediately: true }),
      { discard: true }
    )
  const land = (index: number) => Effect.andThen(Deferred.succeed(flights[index]!.gate, undefined), turns)
  /** Flushes that left since it was asked for the last time. */
  let told = 0
  const left = () => {
    const news = flights.slice(told).map(({ accounts }) => accounts)
    told = flights.length
    return news
  }
  return { send, land, left }
}

const names = (letter: string, many: number): ReadonlyArray<string> =>
  Array.from({ length: many }, (_, index) => `${letter}${index}`)

describe("flushes of several accounts", () => {
  it.effect("leave when they have half of what is known, or 16", () =>
    Effect.gen(function* () {
      const { land, left, send } = gated()
      yield* send("a", "b")
      expect(left()).toEqual(["a", "b"])
      yield* send("c")
      expect(left()).toEqual([])
      yield* send("d")
      expect(left()).toEqual(["c d"])
      // 4 are under way.
      yield* send("e", "f", "g")
      expect(left()).toEqual([])
      yield* land(0)
      expect(left()).toEqual(["e f g"])
      yield* land(1)
      yield* send(...names("h", 4))
      expect(left()).toEqual([])
      yield* send("h4")
      expect(left()).toEqual(["h0 h1 h2 h3 h4"])
      yield* land(2)
      yield* land(3)
      yield* land(4)
      const many = names("i", 40)
      yield* send(...many)
      // Alone; half of two; half of four; half of eight.
      expect(left()).toEqual(["i0", "i1", "i2 i3", "i4 i5 i6 i7"])
      yield* land(8)
      expect(left()).toEqual([many.slice(8, 26).join(" ")])
      yield* land(5)
      expect(left()).toEqual([])
      yield* send("j0", "j1")
      expect(left()).toEqual([many.slice(26).concat("j0", "j1").join(" ")])
    })
  )

  it.effect("an account is not halved: what waits for it leaves together", () =>
    Effect.gen(function* () {
      const { land, left, send } = gated()
      yield* send("a")
      yield* send(...Array(20).fill("a"), ...Array(20).fill("b"))
      expect(left()).toEqual(["a", "b"])
      yield* land(1)
      expect(left()).toEqual([Array(19).fill("b").join(" ")])
      yield* land(0)
      expect(left()).toEqual([Array(20).fill("a").join(" ")])
    })
  )

  it.effect("one that does not come back is waited for once, for 20 to 40 ms", () =>
    Effect.gen(function* () {
      const { land, left, send } = gated()
      yield* send("a", "b", "c", "d")
      yield* land(0)
      yield* land(1)
      expect(left()).toEqual(["a", "b", "c d"])
      // It began to wait when "c" did; what left since then has until the next time.
      yield* TestClock.adjust(10)
      yield* send("e")
      yield* TestClock.adjust(29)
      expect(left()).toEqual([])
      yield* TestClock.adjust(1)
      expect(left()).toEqual(["e"])
      yield* land(3)
      yield* send("f")
      expect(left()).toEqual(["f"])
      // Its own account waits for it all the same.
      yield* land(4)
      yield* send("c")
      yield* TestClock.adjust(100)
      expect(left()).toEqual([])
      yield* land(2)
      expect(left()).toEqual(["c"])
    })
  )

  it.effect("nor is the next one that does not, and none has less time", () =>
    Effect.gen(function* () {
      const { land, left, send } = gated()
      yield* send("a", "b", "c", "d")
      yield* land(0)
      yield* land(1)
      yield* TestClock.adjust(30)
      yield* send("e", "f", "g")
      expect(left()).toEqual(["a", "b", "c d", "e f"])
      // "c d" has been waited for since "e" came, "e f" since then.
      yield* TestClock.adjust(39)
      expect(left()).toEqual([])
      yield* TestClock.adjust(1)
      expect(left()).toEqual(["g"])
    })
  )
})
