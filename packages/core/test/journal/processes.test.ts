import { type ChildProcess, fork } from "node:child_process"
import { readdir } from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it, onTestFinished } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import type { ToChild, ToParent } from "./child.ts"
import { contents, makeFolder } from "./folder.ts"

const ada = { account: "user:ada", window: { kind: "none" }, unit: "tokens", limit: 50_000 } as const

type Execute = Extract<ToParent, { readonly kind: "execute" }>

/** The store that all processes share, and what each message of theirs meets. */
const makeShared = (folder: string) => {
  const store = memoryStore()
  const apply = async ({ commands }: Execute) => Effect.runPromise(store.execute(commands))
  const start = (mode: "record" | "replay", onEnding: (message: Execute, child: ChildProcess) => unknown) => {
    const child = fork(path.join(import.meta.dirname, "child.ts"), [mode, folder], { stdio: ["ignore", 1, 2, "ipc"] })
    onTestFinished(() => void child.kill("SIGKILL"))
    const ended = Promise.withResolvers<NodeJS.Signals | number | null>()
    const replayed = Promise.withResolvers<ToParent>()
    child.on("exit", (code, signal) => ended.resolve(signal ?? code))
    child.on("message", (message: ToParent) => {
      if (message.kind === "replayed") replayed.resolve(message)
      else if (message.commands[0]!.kind === "finalize") onEnding(message, child)
      else void apply(message).then((outcomes) => answer(child, { call: message.call, outcomes }))
    })
    return { ended: ended.promise, replayed: replayed.promise }
  }
  const numbers = async () => {
    const [usage] = await Effect.runPromise(store.usage([ada]))
    return [usage!.used, usage!.reserved]
  }
  return { start, apply, numbers }
}

const answer = (child: ChildProcess, message: ToChild): void => void child.send(message)

/** A process ended its call, could only write it down, and is gone. */
const killedAfterJournal = async () => {
  const folder = await makeFolder()
  const shared = makeShared(folder)
  const { ended } = shared.start("record", ({ call }, child) => answer(child, { call }))
  assert.strictEqual(await ended, "SIGKILL")
  assert.deepEqual(await shared.numbers(), [0, 4_000])
  assert.lengthOf(await contents(folder, ".journal"), 1)
  return { folder, ...shared }
}

describe("a process that is killed", () => {
  it("between journal and store: the next one to start delivers it, once", async () => {
    const { apply, folder, numbers, start } = await killedAfterJournal()
    const next = start("replay", async (message, child) =>
      answer(child, { call: message.call, outcomes: await apply(message) })
    )
    assert.deepInclude(await next.replayed, { delivered: 1, kept: 0 })
    assert.strictEqual(await next.ended, 0)
    assert.deepEqual(await numbers(), [700, 0])
    assert.deepEqual(await readdir(folder), [])
  }, 30_000)

  it("between the store and the journal's removal: the next one delivers it again, without effect", async () => {
    const { apply, folder, numbers, start } = await killedAfterJournal()
    const killed = start("replay", async (message, child) => {
      await apply(message)
      child.kill("SIGKILL")
    })
    assert.strictEqual(await killed.ended, "SIGKILL")
    assert.deepEqual(await numbers(), [700, 0])
    assert.lengthOf(await contents(folder, ".journal"), 1)
    const next = start("replay", async (message, child) => {
      const outcomes = await apply(message)
      assert.deepInclude(outcomes[0], { replayed: true })
      answer(child, { call: message.call, outcomes })
    })
    assert.deepInclude(await next.replayed, { delivered: 1, kept: 0 })
    assert.deepEqual(await numbers(), [700, 0])
    assert.deepEqual(await readdir(folder), [])
  }, 30_000)
})

describe("two replayers in two processes", () => {
  it("have one effect, also while both have the same entry in hand", async () => {
    const { apply, folder, numbers, start } = await killedAfterJournal()
    const reached = Promise.withResolvers<() => Promise<void>>()
    const first = start("replay", (message, child) =>
      reached.resolve(async () => answer(child, { call: message.call, outcomes: await apply(message) }))
    )
    // The first has taken the file, and waits for the store.
    const release = await reached.promise
    const second = start("replay", async (message, child) => {
      answer(child, { call: message.call, outcomes: await apply(message) })
    })
    assert.deepInclude(await second.replayed, { delivered: 1, kept: 0 })
    await release()
    assert.deepInclude(await first.replayed, { delivered: 1, kept: 0 })
    assert.deepEqual([await first.ended, await second.ended], [0, 0])
    assert.deepEqual(await numbers(), [700, 0])
    assert.deepEqual(await readdir(folder), [])
  }, 30_000)

  it("that start at once leave nothing, and lose nothing", async () => {
    const { apply, folder, numbers, start } = await killedAfterJournal()
    const replayers = [1, 2, 3].map(() =>
      start("replay", async (message, child) => answer(child, { call: message.call, outcomes: await apply(message) }))
    )
    await Promise.all(replayers.map(async ({ ended }) => ended))
    assert.deepEqual(await numbers(), [700, 0])
    assert.deepEqual(await readdir(folder), [])
  }, 30_000)
})
