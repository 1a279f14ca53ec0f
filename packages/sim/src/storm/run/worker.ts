/**
 * One process of a storm. What it is to do stands in its argument, as JSON. It says when it is ready, and begins when it is told when slot 0 is; it ends when it
 * is told to, or when whoever started it is gone.
 */
import * as Effect from "effect/Effect"

import { openStore } from "../places/open.ts"
import type { Address } from "../places/place.ts"
import { runCrew } from "./crew.ts"
import { fileRecorder, readRecord } from "./recorder.ts"

export interface WorkerTask {
  readonly address: Address
  readonly callTimeoutMs: number
  readonly seed: number
  readonly process: number
  readonly life: number
  readonly fibers: number
  readonly record: string
}

/** What a process is told: when slot 0 begins, for everybody; and that it is over. */
export type FromStorm = { readonly tell: "begin"; readonly startNs: number } | { readonly tell: "end" }

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask
let isOver = false
const start = new Promise<number>((resolve) =>
  process.on("message", (message: FromStorm) => {
    if (message.tell === "end") isOver = true
    resolve(message.tell === "end" ? 0 : message.startNs)
  })
)
process.on("disconnect", () => process.exit(1))

const before = readRecord(task.record)
const recorder = fileRecorder(task.record, before.length)
const store = await openStore(task.address, task.callTimeoutMs)
process.send?.("ready")
await runCrew({ ...task, startNs: await start, store, recorder, before, isOver: () => isOver })
recorder.close()
await Effect.runPromise(store.close)
process.exit(0)
