/**
 * Group commit: a call that had to wait ends by its deadline.
 */
import { NotAppliedError } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"

import { reserve, stepwise, turn } from "./stepwise.ts"

/** Deadlines that pass when the test says so, in the order in which they were begun. */
const deadlines = () => {
  const running = new Set<() => void>()
  const start = (passed: () => void) => {
    running.add(passed)
    return () => running.delete(passed)
  }
  return { running, start, pass: () => [...running][0]!() }
}

test("it is not applied if it has not left, else unknown; who left at once has none", async () => {
  const { pass, running, start } = deadlines()
  const { errorOf, reply, send, since } = stepwise({}, start)
  const [, late, kept] = ["1", "2", "3"].map((id) => send(reserve(id)))
  expect(running.size).toBe(2)
  pass()
  expect(await errorOf(late!)).toMatchObject({ _tag: "NotApplied" })
  await reply("1")
  expect(since()).toEqual(["make 1", "send 1", "Failure 2", "read 1", "Success 1", "make 3", "send 3"])
  pass()
  expect(await errorOf(kept!)).toMatchObject({ _tag: "OutcomeUnknown" })
  expect(running.size).toBe(0)
})

test("a reply that is there when the deadline passes is read: the process may have stood still", async () => {
  const { pass, running, start } = deadlines()
  const { reply, send, since } = stepwise({}, start)
  for (const id of ["1", "2", "3"]) send(reserve(id))
  await reply("1")
  since()
  pass()
  await Promise.all([turn(), reply("2 3")])
  expect(since()).toEqual(["read 2 3", "Success 2", "Success 3"])
  expect(running.size).toBe(0)
})

test("none is left running by calls that were answered, failed or interrupted", async () => {
  const { running, start } = deadlines()
  const { reply, send } = stepwise({ maxCommands: 1 }, start)
  const calls = ["1", "2", "3", "4"].map((id) => send(reserve(id)))
  expect(running.size).toBe(3)
  await reply("1")
  await reply("2")
  await Effect.runPromise(Fiber.join(calls[1]!))
  expect(running.size).toBe(2)
  await reply("3", new NotAppliedError("the server is away"))
  await Effect.runPromise(Fiber.interrupt(calls[3]!))
  expect(running.size).toBe(0)
})
