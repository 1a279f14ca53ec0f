/**
 * One process of a storm. What it is to do stands in its argument, as JSON; it ends when it is told to, or when whoever started it is gone.
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
  readonly startNs: number
  readonly record: string
}

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask
let isOver = false
process.on("message", () => (isOver = true))
process.on("disconnect", () => process.exit(1))

const before = readRecord(task.record)
const recorder = fileRecorder(task.record, before.length)
const store = await openStore(task.address, task.callTimeoutMs)
await runCrew({ ...task, store, recorder, before, isOver: () => isOver })
recorder.close()
await Effect.runPromise(store.close)
process.exit(0)
