/**
 * The snippets of docs/turns.md.
 */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"

import { memoryStore } from "@tallystick/adapter-memory"
import type { ReservationHandle } from "@tallystick/core"

import { callModel } from "./model.ts"

const store = memoryStore()
const folder = mkdtempSync(`${tmpdir()}/tallystick-docs-`)
const tokensOf = async (prompt: string): Promise<number> => {
  const { usage } = await callModel(prompt)
  return usage.prompt_tokens + usage.completion_tokens
}

// #region journal
import { createQuota, type Limit } from "@tallystick/core"
import { fileJournal } from "@tallystick/core/file-journal"

const quota = createQuota({ store, journal: fileJournal({ folder }) })
await quota.replayJournal() // at start: what earlier processes left
// #endregion

// #region limits
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }
const streams: Limit = { account: "user:ada:streams", unit: "streams", limit: 2 }
const requests: Limit = { account: "ip:198.51.100.7", unit: "requests", limit: 100, window: { fixedMs: 3_600_000 } }
const limits = [daily, streams, requests]
// #endregion

// #region guard
const answer = async (prompt: string, signal: AbortSignal): Promise<number> =>
  quota.guard({ limits, estimate: { tokens: 4_000 }, signal }, async (call) => {
    const tokens = await tokensOf(prompt)
    call.used({ tokens })
    return tokens
  })
// #endregion

// #region steps
const agent = async (prompts: ReadonlyArray<string>, signal: AbortSignal): Promise<string> => {
  await using turn = await quota.open({ limits, estimate: { tokens: 2_000 }, signal })
  if (!turn.granted) return turn.message
  for (const prompt of prompts) {
    const room = await turn.ensure({ tokens: 2_000 }) // held: what was used so far, and this call at most
    if (!room.granted) return `stopped: ${room.message}`
    turn.used({ tokens: await tokensOf(prompt) })
  }
  await turn.finalize() // without it the block ends the turn as interrupted, also when it throws
  return "done"
}
// #endregion

// #region handle
const begin = async (): Promise<string> => {
  const turn = await quota.open({ limits, estimate: { tokens: 4_000 } })
  if (!turn.granted) return turn.message
  return JSON.stringify(await turn.handOver({ ttlMs: 600_000 })) // nothing ends it here any more
}

const goOn = async (handle: ReservationHandle): Promise<void> => {
  const turn = await quota.resume(handle)
  turn.used({ tokens: await tokensOf("Why?") })
  await turn.finalize()
}
// #endregion

// #region by-id
const webhook = async (event: { readonly requestId: string; readonly tokens: number }): Promise<string> => {
  const used = { tokens: event.tokens }
  const ended = await quota.finalize({ requestId: event.requestId, limits, used })
  return ended.problem === null ? `debited ${ended.settled[0]?.debited}` : ended.problem.kind
}
// #endregion

// #region charge
const charged = await quota.charge({ requestId: "embedding-7", limits: [daily], used: { tokens: 120 } })
console.log(charged.granted ? "charged" : charged.message)
// #endregion

const { signal } = new AbortController()
console.log(await answer("Why?", signal))
console.log(await agent(["Why?", "Why not?"], signal))
await goOn(JSON.parse(await begin()) as ReservationHandle)
const job = await quota.open({ requestId: "request-9", limits, estimate: { tokens: 4_000 } })
if (job.granted) await job.handOver()
console.log(await webhook({ requestId: "request-9", tokens: 812 }))
console.log(await webhook({ requestId: "request-9", tokens: 812 }))
console.log(await webhook({ requestId: "nobody's", tokens: 1 }))
const [tokens, slots, count] = await quota.usage(limits)
console.log(`used ${tokens?.used}, reserved ${tokens?.reserved}, slots ${slots?.reserved}, requests ${count?.used}`)
await quota.close()
