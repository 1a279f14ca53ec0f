/**
 * Each part runs and its checks hold; nothing is said of speed.
 */
import { expect, test } from "vitest"

import { type Arguments, readArguments } from "../src/arguments.ts"
import { bench } from "../src/bench.ts"
import { type Case, type Contender, USED } from "../src/contender.ts"
import { noServer } from "../src/cpu.ts"
import { filled } from "../src/docs.ts"
import { Histogram } from "../src/histogram.ts"
import { machineOf } from "../src/machine.ts"
import { ratiosOf } from "../src/ratios.ts"
import { Course } from "../src/round.ts"
import { targets } from "../src/targets.ts"
import { textOf } from "../src/text.ts"

const quiet = (): void => {}
const run = (rounds: string, ...args: ReadonlyArray<string>) =>
  bench(readArguments([...args, "--seconds", "0.01", "--rounds", rounds]) as Arguments, machineOf(), quiet)

test("memory: every contender, every target that it has", async () => {
  const report = await run("2", "--only", "memory", "--match", "memory hot 1")
  expect(report.results.map(({ name, rounds }) => [name, rounds.length])).toEqual(
    ["machine", "store", "front", "rate-limiter-flexible", "effect RateLimiter", "floor: a map and a set"].map(
      (name) => [name, 2]
    )
  )
  for (const { pairsPerSecond, p50Micros, p99Micros } of report.results) {
    expect(pairsPerSecond).toBeGreaterThan(0)
    expect(p99Micros).toBeGreaterThanOrEqual(p50Micros)
  }
  expect(report.ratios).toHaveLength(targets.filter(({ store }) => store === "memory").length)
  expect(textOf(report, { markdown: true })).toContain("| memory | hot | 1 | 1 | rate-limiter-flexible |")
})

test("Redis, Postgres, scale: several callers and legs; every size and store, and nothing grows", async ({ skip }) => {
  const match = "redis hot 64 2 legs,postgres hot 64 2 legs"
  const report = await run("1", "--only", "redis,postgres,scale", "--match", match, "--most", "20").catch(
    (error: unknown) => {
      if (error instanceof Error && error.message.startsWith("no server")) return skip(error.message)
      throw error
    }
  )
  expect(report.machine.servers).toHaveLength(2)
  for (const name of ["redis", "postgres"]) {
    const results = report.results.filter(({ store }) => store === name)
    expect(results.length).toBeGreaterThanOrEqual(4)
    for (const { rounds } of results) expect(Math.min(...rounds)).toBeGreaterThan(0)
  }
  for (const store of ["memory", "redis", "postgres"])
    expect(report.scale.filter((row) => row.store === store).map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "an account with its first hold",
        "a further hold",
        "a command with 20 accounts",
        "a command with 20 holds in one account"
      ])
    )
  expect(report.scale.filter(({ unit }) => unit === "rows")).toHaveLength(6)
})

test("masters and explore", async ({ skip }) => {
  const report = await run("1", "--only", "masters,explore").catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith("no server")) return skip(error.message)
    throw error
  })
  expect(report.results.map(({ name }) => name)).toEqual(["1 master", "3 masters", "1 Postgres", "3 Postgres"])
  expect(report.ratios).toHaveLength(1)
})

test("a store that forgot a pair fails the run", async () => {
  let pairs = 0
  const contender: Contender = {
    name: "forgetful",
    call: async (turns) => {
      while (turns.begin() !== undefined) {
        turns.settled()
        pairs++
      }
    },
    used: async () => (pairs - 1) * USED,
    close: async () => {}
  }
  const of: Case = { name: "m", callers: 2, accounts: 1, legs: 1 }
  await expect(new Course(contender, of, 1).run(0.01, noServer)).rejects.toThrow("and the store says")
})

test("quantiles are right to 2 %", () => {
  const histogram = new Histogram()
  for (let micros = 1; micros <= 10_000; micros++) histogram.addMicros(micros)
  for (const share of [0.5, 0.99]) {
    const ratio = histogram.quantileMicros(share) / (share * 10_000)
    expect(Math.abs(ratio - 1)).toBeLessThan(0.02)
  }
})

test("a ratio is told with its target, and of several peers with the best", () => {
  const result = (name: string, pairsPerSecond: number) => ({
    store: "redis",
    shape: "hot",
    callers: 64,
    legs: 1,
    name,
    pairsPerSecond,
    p50Micros: 1,
    p99Micros: 1,
    openP50Micros: 1,
    clientCpuMicrosPerPair: 1,
    serverCpuMicrosPerPair: 1,
    rounds: []
  })
  const slower = result("rate-limiter-flexible", 90)
  const better = result("rate-limiter-flexible, autopipelined", 100)
  expect(ratiosOf([result("store", 121), slower, better])).toMatchObject([
    {
      peer: "rate-limiter-flexible, autopipelined",
      ratio: 1.21,
      target: "≥ 1.2",
      ok: true,
      measured: { ours: 121, peer: 100 }
    }
  ])
  expect(ratiosOf([result("store", 119), slower, better])).toMatchObject([{ ratio: 1.19, ok: false }])
})

test("a run's tables stand where the docs name them, and nothing else is touched", () => {
  const text =
    "a\n<!-- bench: ratios -->\nold\n<!-- bench: end -->\nb\n<!-- bench: other -->\nkept\n<!-- bench: end -->\n"
  expect(filled(text, { ratios: ["new"] })).toBe(
    "a\n<!-- bench: ratios -->\n\nnew\n\n<!-- bench: end -->\nb\n<!-- bench: other -->\nkept\n<!-- bench: end -->\n"
  )
})

test("wrong arguments are told", () => {
  expect(() => readArguments(["--only", "mysql"])).toThrow("--only is a list of memory, redis")
  expect(() => readArguments(["--seconds", "x"])).toThrow("--seconds is a number from")
  expect(() => readArguments(["--nothing"])).toThrow("--nothing")
})
