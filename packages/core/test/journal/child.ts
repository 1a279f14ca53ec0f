/**
 * A process of its own, whose store is its parent: each call goes there, and waits for its answer.
 *
 * `record`: its call ends, the store refuses, the journal has it, and the process is killed. `replay`: what a process
 * does at its start.
 */
import type { Command, Outcome } from "../../src/machine/index.ts"
import { createQuota, defineStore, NotAppliedError } from "../../src/index.ts"
import { fileJournal } from "../../src/journal/index.ts"

export type ToParent =
  | { readonly kind: "execute"; readonly call: number; readonly commands: ReadonlyArray<Command> }
  | { readonly kind: "replayed"; readonly delivered: number; readonly kept: number }

export interface ToChild {
  readonly call: number
  /** Absent: nothing was done. */
  readonly outcomes?: ReadonlyArray<Outcome>
}

const [, , mode, folder] = process.argv
const waiting = new Map<number, (answer: ToChild) => void>()
let calls = 0
process.on("message", (answer: ToChild) => waiting.get(answer.call)?.(answer))
const tell = (message: ToParent): void => void process.send!(message)

const store = defineStore({
  capabilities: { atomicOver: "process", durable: false, clock: "caller", ledger: false },
  execute: async (commands) => {
    const call = ++calls
    const { promise, resolve } = Promise.withResolvers<ToChild>()
    waiting.set(call, resolve)
    tell({ kind: "execute", call, commands })
    const { outcomes } = await promise
    if (outcomes === undefined) throw new NotAppliedError("refused by the test")
    return outcomes
  },
  usage: async () => []
})

const files = fileJournal({ folder: folder! })
const journal = {
  ...files,
  record: async (entry: Parameters<typeof files.record>[0]) => {
    await files.record(entry)
    process.kill(process.pid, "SIGKILL")
  }
}
const quota = createQuota({ store, journal, settleWithinMs: 0, callTimeoutMs: 60_000 })
if (mode === "record") {
  const limits = [{ account: "user:ada", unit: "tokens", limit: 50_000 }]
  await quota.guard({ requestId: "r", limits, estimate: { tokens: 4_000 } }, (call) => call.used({ tokens: 700 }))
} else tell({ kind: "replayed", ...(await quota.replayJournal()) })
process.disconnect()
