/**
 * Group commit over a store whose calls end when the test says so.
 */
import type { Command } from "@tallystick/core/machine"
import { batched, type BatchedOptions, CorruptError, NotAppliedError, type QuotaStore } from "@tallystick/core/store"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { describe, expect, test, vi } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"

const reserve = (id: string, account = "a", amount = 1): Command => ({
  kind: "reserve",
  id,
  ttlMs: 10_000,
  legs: [{ account, window: { kind: "none" }, unit: "u", limit: 10, amount, settle: "actual" }]
})

/** Each call to the store waits until it is let through (or failed). */
const gated = (options: BatchedOptions = {}, ordered = false) => {
  const inner = memoryStore()
  const flights: Array<{ ids: ReadonlyArray<string>; gate: Deferred.Deferred<void, NotAppliedError> }> = []
  const store: QuotaStore = {
    ...inner,
    capabilities: { ...inner.capabilities, ordered },
    execute: (commands) =>
      Effect.suspend(() => {
        const gate = Deferred.makeUnsafe<void, NotAppliedError>()
        flights.push({ ids: commands.map(({ id }) => id), gate })
        return Effect.andThen(Deferred.await(gate), inner.execute(commands))
      })
  }
  const whole = batched(store, options)
  const send = (...commands: ReadonlyArray<Command>) => Effect.runFork(whole.execute(commands))
  const land = async (index: number, error?: NotAppliedError) => {
    const { gate } = flights[index]!
    await Effect.runPromise(error === undefined ? Deferred.succeed(gate, undefined) : Deferred.fail(gate, error))
    await new Promise((resolve) => setImmediate(resolve))
  }
  /** All at once: each is there before the answers of the first are told. */
  const landTogether = async (...indices: ReadonlyArray<number>) => {
    for (const index of indices) Deferred.doneUnsafe(flights[index]!.gate, Effect.void)
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const tags = async (fiber: ReturnType<typeof send>) =>
    (await Effect.runPromise(Fiber.join(fiber))).map(({ _tag, id }) => `${id} ${_tag}`)
  return { whole, inner, send, land, landTogether, tags, ids: () => flights.map(({ ids }) => ids.join(" ")) }
}

describe("batched", () => {
  test("idle: a call leaves at once; what comes meanwhile leaves together, in order of arrival", async () => {
    const { ids, land, send, tags } = gated()
    const calls = [send(reserve("1")), send(reserve("2")), send(reserve("3"), reserve("4", "b"))]
    expect(ids()).toEqual(["1"])
    await land(0)
    expect(ids()).toEqual(["1", "2 3 4"])
    await land(1)
    expect(await Promise.all(calls.map(tags))).toEqual([["1 Granted"], ["2 Granted"], ["3 Granted", "4 Granted"]])
  })

  test("those who are answered together and call again at once leave together, with those who waited", async () => {
    const { ids, land, send, whole } = gated()
    /** A caller that makes its second call when the first is answered. */
    const twice = (id: string) =>
      Effect.runFork(Effect.andThen(whole.execute([reserve(id)]), whole.execute([reserve(`${id}!`)])))
    twice("1")
    for (const id of ["2", "3", "4"]) twice(id)
    await land(0)
    send(reserve("5"))
    await land(1)
    await land(2)
    expect(ids().slice(1)).toEqual(["2 3 4 1!", "5 2! 3! 4!"])
  })

  test("several flushes that come back together, one of a lone call among them, are all told", async () => {
    const { ids, land, landTogether, send } = gated({ maxFlushes: 4 })
    const first = send(reserve("1", "a"))
    const lone = send(reserve("2", "b"))
    const pair = ["c", "d"].map((account) => send(reserve("3", account)))
    const others = ["4", "5", "6"].map((id) => send(reserve(id, "a")))
    await land(0)
    expect(ids()).toEqual(["1", "2", "3 3", "4 5 6"])
    await landTogether(3, 1, 2)
    expect([first, lone, ...pair, ...others].map((fiber) => fiber.pollUnsafe() !== undefined)).toEqual(
      Array(7).fill(true)
    )
  })

  test("a full flush that waits leaves before the answers are told", async () => {
    const { ids, land, whole } = gated({ maxCommands: 2 })
    const underWay: Array<number> = []
    const call = (id: string) =>
      Effect.runFork(
        Effect.andThen(
          whole.execute([reserve(id)]),
          Effect.sync(() => underWay.push(ids().length))
        )
      )
    for (const id of ["1", "2", "3", "4", "5", "6"]) call(id)
    await land(0)
    await land(1)
    expect(ids()).toEqual(["1", "2 3", "4 5"])
    expect(underWay).toEqual([2, 3, 3])
    await land(2)
    expect(ids().at(-1)).toBe("6")
  })

  test("another account leaves beside it, up to maxFlushes; an account in flight waits", async () => {
    const { ids, land, send } = gated({ maxFlushes: 2 })
    send(reserve("1", "a"))
    send(reserve("2", "b"))
    send(reserve("3", "c"))
    send(reserve("4", "a"))
    expect(ids()).toEqual(["1", "2"])
    await land(1)
    expect(ids()).toEqual(["1", "2", "3"])
    await land(0)
    expect(ids()).toEqual(["1", "2", "3", "4"])
  })

  describe("over a store that is ordered", () => {
    const numbers = (from: number, to: number): ReadonlyArray<string> =>
      Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

    test("an account's calls leave while others of it are under way, if they are enough, half of those that are known", async () => {
      const { ids, land, send } = gated({ maxFlushes: 2 }, true)
      for (const id of numbers(0, 15)) send(reserve(id))
      expect(ids()).toEqual(["0"])
      send(reserve("16"))
      expect(ids()).toEqual(["0", numbers(1, 16).join(" ")])
      for (const id of numbers(17, 60)) send(reserve(id))
      await land(0)
      // 44 wait and 16 are under way.
      expect(ids().at(-1)).toBe(numbers(17, 46).join(" "))
      await land(1)
      await land(2)
      expect(ids().at(-1)).toBe(numbers(47, 60).join(" "))
    })

    test("of two that come back together the first one's callers call again before the second is told", async () => {
      const { ids, land, whole } = gated({ maxCommands: 2, maxFlushes: 2 }, true)
      const told: Array<string> = []
      const twice = (id: string) =>
        Effect.runFork(
          Effect.andThen(
            Effect.ensuring(
              whole.execute([reserve(id)]),
              Effect.sync(() => told.push(`${id} after ${ids().length}`))
            ),
            whole.execute([reserve(`${id}!`)])
          )
        )
      for (const id of numbers(0, 4)) twice(id)
      await land(0)
      expect(ids()).toEqual(["0", "1 2", "3 4"])
      told.length = 0
      await Promise.all([land(1), land(2)])
      expect(told).toEqual(["1 after 3", "2 after 3", "3 after 4", "4 after 4"])
      await vi.waitFor(() => expect(ids().slice(3)).toEqual(["0! 1!", "2! 3!"]))
    })

    test("a flush that fails is no affair of the one behind it", async () => {
      const { land, send, tags } = gated({ maxCommands: 1, maxFlushes: 2 }, true)
      const calls = [send(reserve("1")), send(reserve("2"))]
      await land(0, new NotAppliedError("away"))
      await land(1)
      await expect(tags(calls[0]!)).rejects.toThrow("away")
      expect(await tags(calls[1]!)).toEqual(["2 Granted"])
    })
  })

  test("a flush that fails fails its own calls only", async () => {
    const { land, send, tags } = gated()
    const first = send(reserve("1"))
    const others = [send(reserve("2")), send(reserve("3"))]
    await land(0, new NotAppliedError("the server is away"))
    await land(1)
    await expect(tags(first)).rejects.toThrow("the server is away")
    expect(await Promise.all(others.map(tags))).toEqual([["2 Granted"], ["3 Granted"]])
  })

  test("what one of a flush cannot read is told to that one only; the others go on their own, in order", async () => {
    const inner = memoryStore()
    const sent: Array<string> = []
    const gate = Deferred.makeUnsafe<void>()
    const store = batched(
      {
        ...inner,
        execute: (commands) =>
          Effect.suspend(() => {
            sent.push(commands.map(({ id }) => id).join(" "))
            if (commands.some(({ legs }) => legs[0].account === "bad")) return Effect.fail(new CorruptError("no row"))
            return Effect.andThen(sent.length === 1 ? Deferred.await(gate) : Effect.void, inner.execute(commands))
          })
      },
      { maxFlushes: 1 }
    )
    const send = (id: string, account: string) => Effect.runFork(Effect.exit(store.execute([reserve(id, account)])))
    const calls = [send("1", "a"), send("2", "a"), send("3", "bad"), send("4", "a"), send("5", "b")]
    await Effect.runPromise(Deferred.succeed(gate, undefined))
    const exits = await Promise.all(calls.map((fiber) => Effect.runPromise(Fiber.join(fiber))))
    expect(exits.map((exit) => exit._tag)).toEqual(["Success", "Success", "Failure", "Success", "Success"])
    expect(sent[1]!.split(" ").toSorted()).toEqual(["2", "3", "4", "5"])
    // The same order, one by one.
    expect(sent.slice(2)).toEqual(sent[1]!.split(" "))
    // And the accounts are free again.
    expect(await Effect.runPromise(store.execute([reserve("6", "a"), reserve("7", "b")]))).toHaveLength(2)
  })

  test("a store that throws: who was in the flush hears of it, and the account is free again", async () => {
    const inner = memoryStore()
    let throws = true
    const store = batched({
      ...inner,
      execute: (commands) => {
        if (throws) throw new Error("a mistake in the store")
        return inner.execute(commands)
      }
    })
    await expect(Effect.runPromise(store.execute([reserve("1")]))).rejects.toThrow("a mistake in the store")
    throws = false
    expect(await Effect.runPromise(store.execute([reserve("2")]))).toMatchObject([{ _tag: "Granted" }])
  }, 2_000)

  test("a caller that goes before its flush is not sent", async () => {
    const { ids, land, send, tags } = gated()
    const [, before, after] = [send(reserve("1")), send(reserve("2")), send(reserve("3"))]
    await Effect.runPromise(Fiber.interrupt(before))
    await land(0)
    expect(ids()).toEqual(["1", "3"])
    await land(1)
    expect(await tags(after)).toEqual(["3 Granted"])
  })

  test("a flush that nobody waits for any more is interrupted, and not before", async () => {
    const { ids, inner, land, send } = gated()
    const only = send(reserve("1"))
    const [one, other] = [send(reserve("2")), send(reserve("3"))]
    await Effect.runPromise(Fiber.interrupt(only))
    expect(ids()).toEqual(["1", "2 3"])
    await Effect.runPromise(Fiber.interrupt(one))
    expect(ids()).toEqual(["1", "2 3"])
    await land(1)
    expect((await Effect.runPromise(Fiber.join(other)))[0]).toMatchObject({ _tag: "Granted", id: "3" })
    const [usage] = await Effect.runPromise(inner.usage([{ account: "a", window: { kind: "none" }, limit: 10 }]))
    expect(usage).toMatchObject({ reserved: 2 })
  })

  test("who leaves lets others go that stood behind it", async () => {
    const { ids, send } = gated({ maxFlushes: 2 })
    send(reserve("1", "a"))
    const both = send(reserve("2", "a"), reserve("3", "b"))
    send(reserve("4", "b"))
    expect(ids()).toEqual(["1"])
    await Effect.runPromise(Fiber.interrupt(both))
    expect(ids()).toEqual(["1", "4"])
  })

  test("bad input is told before anything waits", async () => {
    const { ids, whole } = gated()
    const error = await Effect.runPromise(Effect.flip(whole.execute([reserve("1", "a", 0)])))
    expect(error).toMatchObject({ _tag: "InvalidInput", field: "legs[0].amount" })
    expect(ids()).toEqual([])
    expect(() => batched(memoryStore(), { maxCommands: 0 })).toThrow("maxCommands must be an integer from 1 to 1000")
  })

  test("sizes of batches and of the queue are metrics", async () => {
    const { land, send } = gated()
    for (const id of ["1", "2", "3", "4"]) send(reserve(id))
    await land(0)
    await land(1)
    const shown = await Effect.runPromise(Metric.snapshot)
    const batch = shown.find(({ id }) => id === "tallystick_batch_commands")
    expect(batch?.state).toMatchObject({ max: expect.toSatisfy((max: number) => max >= 3) })
    expect(shown.some(({ id }) => id === "tallystick_batch_waiting")).toBe(true)
  })
})
