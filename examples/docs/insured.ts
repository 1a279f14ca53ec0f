/**
 * The snippet of docs/insured.md, with a store where nothing listens: `node examples/docs/insured.ts`
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { redisStore } from "@tallystick/adapter-redis"
import type { Limit } from "@tallystick/core"

const url = "redis://127.0.0.1:1"
const folder = await mkdtemp(join(tmpdir(), "tallystick-insured-"))

// #region insured
import { createQuota, insured } from "@tallystick/core"
import { fileJournal } from "@tallystick/core/file-journal"

const store = insured(redisStore({ url, callTimeoutMs: 500 }), {
  whenDown: "admit",
  upTo: { tokens: 200_000, microusd: 2_000_000, requests: 500, streams: 100 }, // of this process
  perAccount: { tokens: 5_000 } // of each account in it
})
const quota = createQuota({ store, journal: fileJournal({ folder }) })
// #endregion

const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }
const turn = await quota.open({ limits: [daily], estimate: { tokens: 4_000 } })
if (turn.granted) {
  console.log(`insured: ${turn.insured}`)
  const { delivered, journaled } = await turn.finalize({ tokens: 812 })
  console.log(`delivered: ${delivered}, journaled: ${journaled}`)
}
const beyond = quota.open({ limits: [daily], estimate: { tokens: 4_500 } })
console.log(await beyond.then(() => "granted").catch((error: Error) => error.name))
await quota.close()
await rm(folder, { recursive: true })
