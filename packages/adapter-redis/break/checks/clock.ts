/**
 * The server's clock, which no program can set.
 */
import * as Effect from "effect/Effect"

import { redisStore } from "../../src/index.ts"
import { Bench, same, settings } from "../bench.ts"
import type { Check } from "../check.ts"

/** How often it is read: often enough that one of them lies near the end of its millisecond. */
const READINGS = 60

const millisOf = (time: unknown): number => {
  const [seconds, micros] = time as [string, string]
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}

const legs = (amount: number) => [
  { account: "a", window: { kind: "none" } as const, unit: "u", limit: 100, amount, settle: "held" }
]

export const clockChecks: ReadonlyArray<Check> = [
  {
    name: "the store's time is the server's, in whole milliseconds",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      const question = bench.encode([{ kind: "usage", legs: [{ account: "a", window: { kind: "none" } }] }], undefined)
      for (let reading = 0; reading < READINGS; reading++) {
        const { keys, args } = question
        const pipeline = client
          .pipeline()
          .time()
          .eval(script, keys.length, ...keys, ...args)
          .time()
        const [before, reply, after] = ((await pipeline.exec()) ?? []).map(([error, value]) => error ?? value)
        if (reply instanceof Error) throw reply
        const [nowMs] = JSON.parse(String(reply)) as [number]
        if (!(nowMs >= millisOf(before) && nowMs <= millisOf(after)))
          throw new Error(`${nowMs} is not between ${millisOf(before)} and ${millisOf(after)}`)
      }
    }
  },
  {
    name: "a hold ends by a clock of any number of digits",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      for (const nowMs of [0, 5_000, 999_999_999_999, 1e12, 9_999_999_999_999, 1e13]) {
        bench.nowMs = nowMs
        await bench.execute(bench.reserve(`r${nowMs}`, "a", "b"))
        for (let time = 0; time < 2; time++)
          same((await bench.execute(bench.finalize(`r${nowMs}`, "a", "b")))[0]!._tag, "Finalized", `at ${nowMs}`)
        const { shelves } = await bench.account("a")
        const entry = shelves.flatMap(({ entries }) => entries).find(({ id }) => id === `r${nowMs}`)!
        const { changedMs, createdMs, debited, late, state } = entry.values
        same([state, createdMs, changedMs, debited, late], ["finalized", nowMs, nowMs, 5, 0], `at ${nowMs}`)
      }
    }
  },
  {
    name: "a whole cycle by the server's clock, and its keys go",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      const store = redisStore({ driver: bench.driver, prefix: "p:", ...settings })
      const run = async (command: object): Promise<string> => {
        const [outcome] = await Effect.runPromise(store.execute([command as never]))
        return outcome!._tag
      }
      same(await run({ kind: "reserve", id: "r", ttlMs: 60_000, legs: legs(5) }), "Granted", "reserve")
      const held = await bench.account("a")
      const finalLeg = [{ account: "a", window: { kind: "none" }, unit: "u", limit: 100 }]
      same(held.expiresMs, -1, "with 5 at stake and no window, the account stays")
      same(held.indexExpiresMs, undefined, "it needs no index")
      same(held.holds.length, 1, "and its hold")
      same(
        await run({ kind: "finalize", id: "r", overage: "debit", ifUnknown: "mark", sentAgoMs: 0, legs: finalLeg }),
        "Finalized",
        "finalize"
      )
      const ended = await bench.account("a")
      same(ended.row["used"], 5, "used")
      same(ended.row["reserved"], 0, "reserved")
      const [shelf] = ended.shelves
      const keptMs = shelf!.expiresMs - Number(shelf!.entries[0]!.values["changedMs"])
      const lengthMs = settings.settledRetentionMs + 3_600_000
      if (keptMs < lengthMs || keptMs > 2 * lengthMs) throw new Error(`the ending goes after ${keptMs}`)
    }
  }
]
