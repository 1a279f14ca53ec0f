/**
 * A flush that fails as corrupt, or whose reply cannot be read: each of its calls goes again on its own, in order.
 */
import { CorruptError } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"

import { reserve, stepwise } from "./stepwise.ts"

test("a call that went alone and fails as corrupt is not made again", async () => {
  const { reply, send, since } = stepwise()
  send(reserve("1"))
  await reply("1", new CorruptError("this one"))
  expect(since()).toEqual(["make 1", "send 1", "Failure 1"])
})

test("who is gone gets no deadline when those of its flush go again on their own; the others do", async () => {
  const running = new Set<() => void>()
  const startDeadline = (passed: () => void) => {
    running.add(passed)
    return () => running.delete(passed)
  }
  // Enough for a flush: the last one leaves as it comes, and has no deadline of its own.
  const ids = Array.from({ length: 16 }, (_, index) => String(index + 1))
  const { reply, send } = stepwise({ maxFlushes: 2 }, startDeadline, true)
  for (const how of ["gone", "stays"]) {
    const [, ...others] = ["0", ...ids].map((id) => send(reserve(`${how} ${id}`)))
    const last = others.pop()!
    expect(running.size).toBe(15)
    if (how === "gone") await Effect.runPromise(Fiber.interrupt(last))
    await reply(ids.map((id) => `${how} ${id}`).join(" "), new CorruptError("one of them"))
    expect(running.size).toBe(how === "gone" ? 15 : 16)
    for (const id of ["0", ...ids]) await reply(`${how} ${id}`)
    expect(running.size).toBe(0)
  }
})

test("where those of a flush go again on their own, the next one waits until the last of them is answered", async () => {
  const { reply, send, since } = stepwise()
  for (const id of ["1", "2", "3"]) send(reserve(id))
  await reply("1")
  for (const id of ["4", "5"]) send(reserve(id))
  since()
  await reply("2 3", new CorruptError("one of them"))
  expect(since()).toEqual(["make 2", "send 2"])
  await reply("2")
  expect(since()).toEqual(["read 2", "Success 2", "make 3", "send 3"])
  await reply("3")
  expect(since()).toEqual(["read 3", "Success 3", "send 4 5"])
})

test("where those of a flush go again on their own, what nobody waits for any more is interrupted", async () => {
  for (const first of [undefined, 1, 3]) {
    const { reply, send, since } = stepwise({ maxCommands: 3 })
    const calls = ["1", "2", "3", "4"].map((id) => send(reserve(id)))
    await reply("1")
    if (first !== undefined) await Effect.runPromise(Fiber.interrupt(calls[first]!))
    await reply("2 3 4", new CorruptError("one of them"))
    await reply("2")
    // Somebody waits for 3 until here, and for 4 unless it has gone.
    expect(since().at(-1)).toBe("send 3")
    if (first !== 3) await reply("3")
    send(reserve("5"))
    since()
    await Effect.runPromise(Fiber.interrupt(calls[first === 3 ? 2 : 3]!))
    expect(since().slice(0, 2)).toEqual(["make 5", "send 5"])
  }
})

test("a reply that cannot be read: those of it go again on their own, beside the next one, which has left", async () => {
  const { reply, send, since, unread } = stepwise()
  for (const id of ["1", "2", "3"]) send(reserve(id))
  await reply("1")
  for (const id of ["4", "5"]) send(reserve(id))
  since()
  unread.add("2 3")
  await reply("2 3")
  expect(since()).toEqual(["send 4 5", "read 2 3", "make 2", "send 2"])
  await reply("4 5")
  await reply("2")
  await reply("3")
  expect(since().filter((step) => step.startsWith("S"))).toEqual(["Success 4", "Success 5", "Success 2", "Success 3"])
})

test("a reply that cannot be read, also of one alone: unknown, and not sent again by the store", async () => {
  const { errorOf, reply, send, since, unread } = stepwise()
  const calls = ["1", "2", "3"].map((id) => send(reserve(id)))
  for (const ids of ["1", "2 3", "3"]) unread.add(ids)
  for (const ids of ["1", "2 3", "2", "3"]) await reply(ids)
  expect(since().filter((step) => /^[sSF]/.test(step))).toEqual([
    "send 1",
    "send 2 3",
    "Failure 1",
    "send 2",
    "Success 2",
    "send 3",
    "Failure 3"
  ])
  for (const call of [calls[0]!, calls[2]!]) expect(await errorOf(call)).toMatchObject({ _tag: "OutcomeUnknown" })
})
