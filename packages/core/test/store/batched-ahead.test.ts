/**
 * The flush that leaves next is made ready while the one before it is under way.
 */
import { batched, NotAppliedError } from "@tallystick/core/store"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { expect, test } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { reserve, stepwise, turn } from "./stepwise.ts"

test("a full flush is made ready while the one before it is under way, is sent once its reply is there, and only then that is read", async () => {
  const { reply, send, since } = stepwise()
  for (const id of ["1", "2"]) send(reserve(id))
  expect(since()).toEqual(["make 1", "send 1"])
  for (const id of ["3", "4", "5"]) send(reserve(id))
  expect(since()).toEqual(["make 2 3"])
  await turn()
  expect(since()).toEqual([])
  await reply("1")
  expect(since()).toEqual(["send 2 3", "read 1", "Success 1"])
  await reply("2 3")
  expect(since()).toEqual(["read 2 3", "make 4 5", "send 4 5", "Success 2", "Success 3"])
  await reply("4 5")
  expect(since()).toEqual(["read 4 5", "Success 4", "Success 5"])
})

test("it comes to it again as soon as somebody calls while a flush is under way", async () => {
  const { reply, send, since } = stepwise()
  for (const id of ["1", "2", "3", "4"]) send(reserve(id))
  await reply("1")
  since()
  send(reserve("5"))
  expect(since()).toEqual(["make 4 5"])
  await reply("2 3")
  expect(since()).toEqual(["send 4 5", "read 2 3", "Success 2", "Success 3"])
})

test("who gives up while it is ready is not sent; the others are, once", async () => {
  const { reply, send, since } = stepwise()
  const [, second] = ["1", "2", "3"].map((id) => send(reserve(id)))
  await Effect.runPromise(Fiber.interrupt(second!))
  since()
  await reply("1")
  expect(since()).toEqual(["make 3", "send 3", "read 1", "Success 1"])
  await reply("3")
  expect(since()).toEqual(["read 3", "Success 3"])
})

test("if all of them give up, nothing is sent, and the account is free again", async () => {
  const { reply, send, since } = stepwise()
  const [, ...others] = ["1", "2", "3"].map((id) => send(reserve(id)))
  for (const fiber of others) await Effect.runPromise(Fiber.interrupt(fiber))
  send(reserve("4"))
  since()
  await reply("1")
  expect(since()).toEqual(["read 1", "Success 1", "make 4", "send 4"])
})

test("at its deadline what is ready and has not left is not applied, and is not sent", async () => {
  const running = new Set<() => void>()
  const { errorOf, reply, send, since } = stepwise({ maxCommands: 2 }, (passed) => {
    running.add(passed)
    return () => running.delete(passed)
  })
  const [, second] = ["1", "2", "3"].map((id) => send(reserve(id)))
  ;[...running][0]!()
  expect(await errorOf(second!)).toMatchObject({ _tag: "NotApplied" })
  await reply("1")
  expect(since()).toContain("send 3")
  await reply("3")
  expect(running.size).toBe(0)
})

test("the one under way fails, or nobody waits for it any more: the next one leaves all the same", async () => {
  for (const how of ["fails", "nobody waits"]) {
    const { reply, send, since } = stepwise()
    const [first] = ["1", "2", "3"].map((id) => send(reserve(id)))
    since()
    if (how === "fails") await reply("1", new NotAppliedError("away"))
    else await Effect.runPromise(Fiber.interrupt(first!))
    expect(since().toSorted()).toEqual(["Failure 1", "send 2 3"])
    await reply("2 3")
    expect(since()).toEqual(["read 2 3", "Success 2", "Success 3"])
  }
})

test("of those that were ready one gives up before it leaves, the others later: then it is interrupted", async () => {
  const { reply, send, since } = stepwise()
  const [, second, third] = ["1", "2", "3"].map((id) => send(reserve(id)))
  await Effect.runPromise(Fiber.interrupt(second!))
  await reply("1")
  await Effect.runPromise(Fiber.interrupt(third!))
  since()
  send(reserve("4"))
  expect(since()).toEqual(["make 4", "send 4"])
})

test("it runs with the services of the first of those who still wait when it leaves", async () => {
  const Who = Context.Reference("test/who", { defaultValue: () => "nobody" })
  const sentBy: Array<string> = []
  const gates: Array<Deferred.Deferred<void>> = []
  const store = batched(memoryStore(), { maxCommands: 2 }, undefined, () =>
    Effect.contextWith((services: Context.Context<never>) => {
      sentBy.push(Context.get(services, Who))
      return Effect.as(Deferred.await((gates[gates.length] = Deferred.makeUnsafe<void>())), Effect.succeed([]))
    })
  )
  const [, second] = ["1", "2", "3", "4", "5"].map((id) =>
    Effect.runFork(Effect.provideService(store.execute([reserve(id)]), Who, id))
  )
  await Effect.runPromise(Fiber.interrupt(second!))
  for (const index of [0, 1]) {
    Deferred.doneUnsafe(gates[index]!, Effect.void)
    for (let turns = 0; turns < 4; turns++) await turn()
  }
  expect(sentBy).toEqual(["1", "3", "4"])
})

test("it is within maxBytes, too; what is counted of it is what leaves", async () => {
  const sizes = async () => {
    const shown = await Effect.runPromise(Metric.snapshot)
    return shown.find(({ id }) => id === "tallystick_batch_commands")?.state as { count: number; sum: number }
  }
  const { reply, send, since } = stepwise({ maxCommands: 3, maxBytes: 1_000 })
  const [, second] = ["1", "2", "3", "4"].map((id) => send(reserve(id)))
  // Some 480 bytes each.
  expect(since()).toEqual(["make 1", "send 1", "make 2 3"])
  const { count, sum } = await sizes()
  await Effect.runPromise(Fiber.interrupt(second!))
  await reply("1")
  expect(since()).toContain("send 3")
  expect(await sizes()).toMatchObject({ count: count + 1, sum: sum + 1 })
})

test("the next one fails: that is told to its own callers only", async () => {
  const { errorOf, reply, send, since } = stepwise()
  const [, ...others] = ["1", "2", "3"].map((id) => send(reserve(id)))
  await reply("1")
  await reply("2 3", new NotAppliedError("away"))
  for (const fiber of others) expect(await errorOf(fiber)).toMatchObject({ _tag: "NotApplied" })
  expect(since().filter((step) => step.startsWith("S"))).toEqual(["Success 1"])
})

test("a store that throws while it makes it ready: its callers hear of it when their turn comes, and the account is free again", async () => {
  const { reply, send, since } = stepwise()
  for (const id of ["1", "2!", "3"]) send(reserve(id))
  expect(since()).toEqual(["make 1", "send 1", "make 2! 3"])
  await reply("1")
  expect(since()).toEqual(["make 2! 3", "Failure 2!", "Failure 3", "read 1", "Success 1"])
  send(reserve("4"))
  expect(since()).toEqual(["make 4", "send 4"])
})

test("only what waits for that flush goes behind it, not what waits for another; what is free and needed is taken along", async () => {
  const { reply, send, since } = stepwise({ maxCommands: 2, maxFlushes: 3 })
  send(reserve("1", "a"))
  send(reserve("2", "b"))
  send(reserve("3", "b"))
  send(reserve("4", "a d"))
  send(reserve("5", "d"))
  since()
  send(reserve("6", "a"))
  expect(since()).toEqual(["make 4 5"])
  send(reserve("7", "d"))
  await reply("2")
  expect(since()).toContain("send 3")
  await reply("1")
  // 7 waits for 4 and 5, which have its account now.
  expect(since()).toEqual(["send 4 5", "read 1", "Success 1"])
  await reply("4 5")
  expect(since().filter((step) => step.startsWith("send"))).toEqual(["send 6 7"])
})

test("a hot account does not keep its place for ever while another waits for one", async () => {
  const { reply, send, since } = stepwise({ maxCommands: 2, maxFlushes: 1 })
  for (const id of ["1", "2", "3"]) send(reserve(id, "hot"))
  expect(since()).toEqual(["make 1", "send 1", "make 2 3"])
  send(reserve("4", "other"))
  for (const id of ["5", "6"]) send(reserve(id, "hot"))
  await reply("1")
  for (const id of ["7", "8"]) send(reserve(id, "hot"))
  since()
  await reply("2 3")
  expect(since()).toContain("send 4 5")
  // Nobody else waits: ready again.
  send(reserve("9", "hot"))
  expect(since()).toEqual(["make 6 7"])
})

test("where 100 or more wait, as many as are under way, two take turns in halves", async () => {
  const { reply, send, since } = stepwise({})
  const ids = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => String(from + at)).join(" ")
  const call = (...numbers: ReadonlyArray<string>) => numbers.forEach((id) => send(reserve(id)))
  call(...ids(1, 100).split(" "))
  expect(since()).toEqual(["make 1", "send 1"])
  call("101")
  expect(since()).toEqual([`make ${ids(2, 101)}`])
  await reply("1")
  since()
  call(...ids(102, 200).split(" "))
  expect(since()).toEqual([])
  call(...ids(201, 360).split(" "))
  // 100 are under way: the 100th that waits made it ready.
  expect(since()).toEqual([`make ${ids(102, 201)}`])
  await reply(ids(2, 101))
  since()
  call("361")
  // 100 are under way and 160 wait: half of them.
  expect(since()).toEqual([`make ${ids(202, 331)}`])
  await reply(ids(102, 201))
  since()
  call(...ids(362, 460).split(" "))
  // 130 are under way, and 129 wait.
  expect(since()).toEqual([])
  call("461")
  expect(since()).toEqual([`make ${ids(332, 461)}`])
})

test("what is ready still waits: it counts for maxWaiting, and who gives up makes room", async () => {
  const { errorOf, reply, send, since } = stepwise({ maxCommands: 2, maxWaiting: 3 })
  const [, second] = ["1", "2", "3", "4"].map((id) => send(reserve(id)))
  expect(await errorOf(send(reserve("5")))).toMatchObject({ _tag: "NotApplied" })
  await Effect.runPromise(Fiber.interrupt(second!))
  send(reserve("6"))
  expect(await errorOf(send(reserve("7")))).toMatchObject({ _tag: "NotApplied" })
  await reply("1")
  send(reserve("8"))
  expect(since().filter((step) => step.startsWith("Failure"))).toEqual(["Failure 5", "Failure 2", "Failure 7"])
})

test("a reply is read after the next flush has left, also where a connection is handed out at the end of the turn, as by a pool", async () => {
  const steps: Array<string> = []
  const gates: Array<Deferred.Deferred<void>> = []
  const handedOut = Effect.promise(() => new Promise<void>((resolve) => process.nextTick(resolve)))
  const store = batched(memoryStore(), { maxCommands: 2 }, undefined, (commands) => {
    const ids = commands.map(({ id }) => id).join(" ")
    const read = Effect.sync(() => {
      steps.push(`read ${ids}`)
      return commands.map(({ id }) => ({ _tag: "Unknown", id }) as never)
    })
    const send = Effect.suspend(() => {
      steps.push(`send ${ids}`)
      return Deferred.await((gates[gates.length] = Deferred.makeUnsafe<void>()))
    })
    return Effect.as(Effect.andThen(handedOut, send), read)
  })
  for (const id of ["1", "2", "3"]) Effect.runFork(store.execute([reserve(id)]))
  await turn()
  Deferred.doneUnsafe(gates[0]!, Effect.void)
  for (let turns = 0; turns < 4; turns++) await turn()
  expect(steps).toEqual(["send 1", "send 2 3", "read 1"])
})
