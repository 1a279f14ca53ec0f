/**
 * A process that uses a store as an app does, for tests that kill and stop it: `node client.ts URL PLACE WHAT ACCOUNT ID [TTL or FOLDER]`. PLACE is the key
 * prefix or the schema, FOLDER that of the journal. It says on standard output how far it is.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import { redisStore } from "@tallystick/adapter-redis"
import { createQuota, insured } from "@tallystick/core"
import { fileJournal } from "@tallystick/core/file-journal"

import { ask, charge } from "./cases.ts"

const [url, place, what, account, id, last = "60000"] = process.argv.slice(2) as [
  string,
  string,
  "turn" | "hold" | "charge" | "insured" | "replay",
  string,
  string,
  string?
]

const isRedis = url.startsWith("redis")
const terms = what === "insured" ? { callTimeoutMs: 300 } : {}
const store = isRedis ? redisStore({ url, prefix: place, ...terms }) : postgresStore({ url, schema: place, ...terms })
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
  const quota = createQuota({ store, ttlMs: Number(last) })
  const opened = await quota.open({ requestId: id, limits, estimate: { tokens: 10 } })
  if (!opened.granted) return void say("denied")
  opened.used({ tokens: 3 })
  await opened.grow({ tokens: 1 })
  say("granted")
  await forEver()
}

/** A call while the store is down, under a policy for that. It ends, and the process goes on. */
const insure = async (): Promise<void> => {
  const policy = { whenDown: "admit", upTo: { tokens: 10 } } as const
  const quota = createQuota({ store: insured(store, policy), journal: fileJournal({ folder: last }) })
  const opened = await quota.open({ requestId: id, limits, estimate: { tokens: 10 } })
  if (!opened.granted || !opened.insured) return void say("not insured")
  // The bound is used up.
  const more = quota.open({ requestId: `${id} too`, limits, estimate: { tokens: 1 } })
  say(await more.then(() => "granted").catch((error: Error) => error.name))
  const { journaled } = await opened.finalize({ tokens: 7 })
  say(journaled ? "journaled" : "not journaled")
  await forEver()
}

/** The next process. */
const replay = async (): Promise<void> => {
  const quota = createQuota({ store, journal: fileJournal({ folder: last }) })
  const { delivered, kept } = await quota.replayJournal()
  say(`delivered ${delivered}, kept ${kept}`)
  await quota.close()
}

switch (what) {
  case "turn":
    await turn()
    break
  case "hold":
    await hold()
    break
  case "insured":
    await insure()
    break
  case "replay":
    await replay()
    break
  case "charge":
    say("asking")
    say((await ask(store, charge(id, account, 5)))._tag)
}
