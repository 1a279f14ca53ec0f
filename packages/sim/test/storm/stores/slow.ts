/** A store that takes long to open, as a process does on a busy machine: two seconds. */
import { memoryStore } from "@tallystick/adapter-memory"
import type { QuotaStore } from "@tallystick/core/store"
import { setTimeout as sleep } from "node:timers/promises"

export default async (): Promise<QuotaStore> => {
  await sleep(2_000)
  return memoryStore()
}
