/**
 * A process that uses a store as an app does, for tests that kill and stop it: `node client.ts URL PLACE WHAT ACCOUNT ID [TTL]`. PLACE is the key prefix or
 * the schema. It says on standard output how far it is.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import { redisStore } from "@tallystick/adapter-redis"
import { createQuota } from "@tallystick/core"

import { ask, charge } from "./cases.ts"

const [url, place, what, account, id, ttlMs = "60000"] = process.argv.slice(2) as [
  string,
  string,
  "turn" | "hold" | "charge",
  string,
  string,
  string?
]

const isRedis = url.startsWith("redis")
const store = isRedis ? redisStore({ url, prefix: place }) : postgresStore({ url, schema: place })
const say = (line: string): unknown => process.stdout.write(`${line}\n`)
const forEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 60_000))
const limits = [{ account, unit: "tokens", limit: 1_000 }]

/** Three calls: reserves 10, grows by 5, and ends at 7. */
const turn = async (): Promise<void> => {
  const quota = createQuota({ store })
  const opened = await quota.open({ requestId: id, limits, estimate: { tokens: 10 } })
  if (!opened.granted) return void say("denied")
  say("granted")
  opened.used({ tokens: 3 })
  await opened.grow({ tokens: 5 })
  say("grown")
  await opened.finalize({ tokens: 7 })
  say("finalized")
  await quota.close()
}

/** Reserves 10, uses 3, and goes on. */
const hold = async (): Promise<void> => {
  const quota = createQuota({ store, ttlMs: Number(ttlMs) })
  const opened = await quota.open({ requestId: id, limits, estimate: { tokens: 10 } })
  if (!opened.granted) return void say("denied")
  opened.used({ tokens: 3 })
  await opened.grow({ tokens: 1 })
  say("granted")
  await forEver()
}

switch (what) {
  case "turn":
    await turn()
    break
  case "hold":
    await hold()
    break
  case "charge":
    say("asking")
    say((await ask(store, charge(id, account, 5)))._tag)
}
