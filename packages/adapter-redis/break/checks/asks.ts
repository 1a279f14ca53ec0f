/**
 * What a call asks of the server, command by command: one read and one write of an account are what a call should take, and whatever looks twice does
 * the same, only slower.
 */
import { COLLECT_AFTER_MS, readCommand } from "@tallystick/core/machine"

import { encode } from "../../src/encode.ts"
import type { Question } from "../../src/encode.ts"
import { Bench, same, settings, START_MS, TAG } from "../bench.ts"
import type { Check } from "../check.ts"

const none = { account: "a", window: { kind: "none" }, unit: "u", limit: 20 }
const fixed = { ...none, window: { kind: "fixed", lengthMs: 20_000 } }
const wide = { ...none, limit: 1_000 }

const charge = (id: string, leg: object): object => ({ kind: "charge", id, legs: [{ ...leg, amount: 1 }] })
const reserve = (id: string, ttlMs: number, leg: object, amount = 5): object => ({
  kind: "reserve",
  id,
  ttlMs,
  legs: [{ ...leg, amount }]
})
const finalize = (id: string, leg: object): object => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [{ ...leg, actual: 5 }]
})
const release = (id: string, leg: object): object => ({ kind: "release", id, legs: [leg] })
const lookup = (id: string, leg: object): object => ({ kind: "lookup", id, legs: [leg] })
const setLimit = (id: string, leg: object): object => ({
  kind: "adjust",
  id,
  adjustment: { kind: "setLimit", limit: 30 },
  legs: [leg]
})

/** As many as have room in a row. */
const filled = [60_000, 61_000, 62_000, 63_000].map((ttlMs) => reserve(`fills${ttlMs}`, ttlMs, wide, 1))

/** When, after the start; what is asked of the server; and what is called. */
type Call = readonly [afterMs: number, asked: string, ...commands: ReadonlyArray<object>]

const histories: Readonly<Record<string, ReadonlyArray<Call>>> = {
  "an account that counts for ever": [
    [0, "hlen 1, hmget 1, hset 2, pexpireat 1, unlink 2", charge("c", none)],
    [0, "hlen 1, hmget 2, hset 2", charge("d", none)],
    [0, "hmget 2, hset 1", reserve("r", 1_000, none), reserve("s", 9_000, none), reserve("t", 9_000, none)],
    [0, "hdel 1, hlen 1, hmget 1, hset 2", finalize("s", none), release("t", none)],
    [0, "hmget 2, hset 1", reserve("x", 1_000, none, 20)],
    [500, "hmget 2", lookup("r", none), lookup("r", none), lookup("s", none)],
    [1_000, "hmget 2", lookup("r", none), lookup("x", none)],
    [1_001, "hmget 2, hset 1", reserve("y", 1_000, none), lookup("r", none)],
    [1_002, "hdel 1, hlen 1, hmget 2, hset 2", release("y", none), reserve("z", 1_000, none, 20)],
    [1_003, "hlen 1, hmget 2, hset 2", release("none", none)]
  ],
  "a window that ends": [
    [0, "hlen 1, hmget 1, hset 2, pexpireat 3, unlink 2", charge("c", fixed)],
    [0, "hlen 1, hmget 2, hset 2", charge("d", fixed)],
    [1, "hget 1, hmget 2, hset 1, persist 2", setLimit("one", fixed)],
    [2, "hget 2, hmget 2, hset 1", setLimit("two", fixed), setLimit("two", fixed), setLimit("three", fixed)],
    [3, "hget 1, hmget 2, hset 1", setLimit("one", fixed), setLimit("one", fixed)],
    [20_000, "hmget 2, hset 1", reserve("r", 1_000, fixed)]
  ],
  "seconds that have a field": [
    [0, "hmget 1, hset 1, pexpireat 2, unlink 1", ...filled],
    [
      0,
      "hmget 1, hset 1, pexpireat 1, zadd 1, zcard 1",
      reserve("r", 1_000, wide),
      reserve("s", 1_000, wide),
      reserve("t", 2_000, wide)
    ],
    [0, "hget 2, hmget 1, hset 1, zadd 1, zcard 1", reserve("u", 9_000, wide), reserve("v", 10_000, wide)],
    [1, "hdel 1, hget 1, hlen 1, hmget 1, hset 2, persist 2, pexpireat 1, unlink 1", finalize("r", wide)],
    [2, "hdel 1, hget 1, hlen 1, hmget 1, hset 2, zcard 1, zrem 1", release("t", wide)],
    [3, "hmget 3, hset 1, zrangebyscore 1", reserve("x", 9_000, wide, 1_000)],
    [
      4,
      "hdel 1, hget 2, hmget 1, hset 1, zadd 1, zcard 1, zrem 1",
      { kind: "extend", id: "u", ttlMs: 20_000, legs: [wide] }
    ],
    [500, "hmget 1", lookup("s", wide), lookup("s", wide)],
    [1_000, "hmget 2, zrangebyscore 1", lookup("s", wide), lookup("s", wide)],
    [
      1_001,
      "hdel 1, hlen 1, hmget 4, hset 2, zrangebyscore 2, zremrangebyscore 1",
      charge("c", wide),
      charge("d", wide)
    ],
    [1_002, "hlen 1, hmget 2, hset 2", charge("e", wide)],
    [1_003, "hdel 1, hlen 1, hmget 1, hset 2", release("s", wide)],
    [1_004, "hdel 1, hlen 1, hmget 1, hset 2", release("fills60000", wide), release("fills63000", wide)]
  ],
  "a hold that comes and goes where a row is full": [
    [0, "hmget 1, hset 1, pexpireat 2, unlink 1", ...filled],
    [
      1,
      "hlen 1, hmget 1, hset 2, pexpireat 2, unlink 1, zadd 1, zcard 1",
      reserve("r", 7_000, wide),
      release("r", wide),
      reserve("s", 8_000, wide)
    ],
    [8_000, "hlen 1, hmget 2, hset 2, persist 2", charge("c", wide)]
  ],
  "a second that has a field, after all those of the row": [
    [
      0,
      "hmget 1, hset 1, pexpireat 2, unlink 1",
      ...[1_000, 2_000, 3_000, 4_000].map((ttlMs) => reserve(`r${ttlMs}`, ttlMs, wide))
    ],
    [0, "hmget 1, hset 1, pexpireat 1, zadd 1, zcard 1", reserve("late", 60_000, wide)],
    [1_500, "hlen 1, hmget 2, hset 2, persist 2, pexpireat 1, unlink 1, zrangebyscore 1", charge("c", wide)],
    [1_501, "hmget 3, hset 1, zrangebyscore 1", reserve("x", 1_000, wide, 1_000)],
    [4_500, "hlen 1, hmget 3, hset 2, zrangebyscore 1", charge("d", wide)],
    [60_000, "hdel 1, hlen 1, hmget 3, hset 2, zrangebyscore 1, zremrangebyscore 1", charge("e", wide)]
  ],
  "a second that has holds of two windows, where a row is full": [
    [
      0,
      "hmget 1, hset 1, pexpireat 2, unlink 1",
      ...filled.map((one) => ({ ...one, legs: [{ ...fixed, amount: 1 }] }))
    ],
    [20_000, "hmget 1, hset 1, pexpireat 1, zadd 1, zcard 1", reserve("r", 40_000, fixed)],
    [20_001, "hdel 1, hlen 1, hmget 1, hset 2, pexpireat 1, unlink 1", release("r", fixed)]
  ],
  "what has expired is collected by what is plain": [
    [0, "hlen 1, hmget 1, hset 2, pexpireat 1, unlink 2", charge("c", none), reserve("r", 1_000, none)],
    [3_630_500, "hlen 1, hmget 2, hset 2, pexpireat 1, unlink 1", charge("d", none)],
    [3_631_000, "hdel 1, hmget 3, hscan 1, hset 1", reserve("s", 1_000, none)]
  ],
  "nothing held, but of a window before": [
    [
      0,
      "hmget 1, hset 1, pexpireat 2, unlink 1, zadd 1, zcard 1",
      ...filled.map((one) => ({ ...one, legs: [{ ...fixed, amount: 1 }] })),
      reserve("r", 59_000, fixed)
    ],
    [20_000, "hlen 1, hmget 1, hset 2, pexpireat 1, unlink 1", charge("c", fixed)],
    [20_000, "hmget 2, hset 1", reserve("x", 1_000, fixed, 20)]
  ],
  "shelves, as time goes on": [
    [0, "hmget 1", lookup("c", wide)],
    [0, "hlen 1, hmget 1, hset 2, pexpireat 1, unlink 2", charge("c", wide)],
    [1, "hmget 2", lookup("d", wide), lookup("c", wide)],
    [3_610_000, "hmget 2", lookup("d", wide)],
    [3_610_000, "hlen 1, hmget 2, hset 2, pexpireat 1, unlink 1", charge("d", wide)],
    [7_220_000, "hmget 2", lookup("e", wide)],
    [10_830_000, "hmget 1", lookup("e", wide)]
  ],
  "a new life": [
    [0, "hmget 1, hset 1, pexpireat 2, unlink 1", reserve("r", 1_000, none), reserve("s", 2_000, none)],
    [100_000, "hmget 1", lookup("r", none), lookup("s", none)],
    [100_000, "hmget 1, hset 1, unlink 1", setLimit("one", none), setLimit("one", none), setLimit("two", none)],
    [100_000, "hlen 1, hmget 1, hset 2, pexpireat 1, unlink 1", charge("c", none)]
  ],
  "a new life, of an account that had fields": [
    [0, "hmget 1, hset 1, pexpireat 2, unlink 1, zadd 1, zcard 1", ...filled, reserve("r", 1_000, wide)],
    [1, "hget 1, hmget 1, hset 1", reserve("s", 1_000, wide)],
    [
      200_000,
      "hmget 2, hset 1, pexpireat 2, unlink 1, zrangebyscore 1",
      reserve("r", 1_000, wide),
      reserve("s", 1_000, wide)
    ],
    [200_000, "hdel 1, hlen 1, hmget 1, hset 2, pexpireat 1, unlink 1", release("r", wide)]
  ]
}

/** Looking does not count. */
const LOOKING = new Set(["eval", "config|resetstat", "info"])

const told = async (
  bench: Bench,
  calls: ReadonlyArray<Call>,
  startMs: number,
  keepsForever: boolean
): Promise<void> => {
  const { client } = bench
  const seen: Array<string> = []
  for (const [afterMs, , ...given] of calls) {
    const questions: ReadonlyArray<Question> = given.map((one) => readCommand(one))
    await client.call("CONFIG", "RESETSTAT")
    await bench.ask(encode(TAG, questions, { settings, nowMs: startMs + afterMs, keepsForever }))
    const counts = [...(await client.info("commandstats")).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)]
    const asked = counts.filter(([, name]) => !LOOKING.has(name!)).map(([, name, times]) => `${name} ${times}`)
    seen.push(asked.toSorted().join(", "))
  }
  same(
    seen,
    calls.map(([, asked]) => asked),
    "what was asked of the server"
  )
}

export const askChecks: ReadonlyArray<Check> = [
  ...Object.entries(histories).map(([name, calls]): Check => ({
    name: `asks no more than it must: ${name}`,
    run: (client, script) => told(new Bench(client, script), calls, START_MS, false)
  })),
  {
    name: "what legs have in common is said once",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.charge("c", "a"))
      const commands = ["r", "s"].map((id) => readCommand(bench.reserve(id, "a")))
      const said = JSON.parse(String(await bench.ask(bench.encode(commands, bench.nowMs)))) as ReadonlyArray<unknown>
      same((said.at(-1) as ReadonlyArray<unknown>).length, 1, JSON.stringify(said))
    }
  },
  {
    name: "asks no more than it must: the second shelf that there ever was begins empty",
    run: (client, script) =>
      told(
        new Bench(client, script),
        [[0, "hlen 1, hmget 1, hset 2, unlink 2", charge("c", none)]],
        settings.settledRetentionMs + COLLECT_AFTER_MS,
        true
      )
  }
]
