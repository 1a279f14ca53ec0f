/**
 * The contract suite can fail: it sees each of these bugs. And it can pass: right stores that work in other ways than the memory store.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { defaultSettings } from "@tallystick/core/machine"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"

import { brokenStores } from "../../src/mutants/broken/index.ts"
import { buildStore } from "../../src/mutants/build.ts"
import { machineBugs } from "../../src/mutants/machine/index.ts"
import { narrowBugs } from "../../src/mutants/narrow/index.ts"
import type { MakeStore } from "../../src/index.ts"
import { locking, promising, saying, yielding } from "../explore/stores.ts"
import { verdicts } from "./failing.ts"
import type { Make } from "./failing.ts"
import { planted } from "./planted.ts"

const TIMEOUT_MS = 60_000 // on a busy machine
/** A race that waits for ever is given up after this long. */
const options = { programs: 200, raceMs: 1_000 }

/** When a store reads its clock only shows where time goes on during a call: that is the explorer's, which owns all time. */
const unseen = ["clock-read-before-the-lock"]

const inMemory =
  (make: MakeStore): Make =>
  () =>
    make(defaultSettings)

describe("the contract suite sees a store that", { timeout: TIMEOUT_MS }, () => {
  it.each(planted)("$what", async ({ make }) => {
    const { failed } = await verdicts(make, options, 1)
    expect(failed).toHaveLength(1)
  })

  const patches = [...brokenStores, ...machineBugs, ...narrowBugs].filter(({ name }) => !unseen.includes(name))
  it.each(patches)("$what ($name)", async (patch) => {
    const { failed } = await verdicts(await buildStore(patch), options, 1)
    expect(failed).toHaveLength(1)
  })
})

describe("model equivalence alone", { timeout: TIMEOUT_MS }, () => {
  const generous = saying((outcome) => (outcome._tag === "Released" ? { ...outcome, granted: false } : outcome))
  const failure = async (seed: number, path?: string, programsAtOnce = 1) => {
    const { failed } = await verdicts(inMemory(generous), { programs: 500, programsAtOnce, seed, path })
    return failed.find(({ check }) => check.startsWith("model equivalence"))!.because
  }
  it("shrinks to a few lines, says how to play them again, and a seed gives the same program", async () => {
    const because = await failure(7)
    expect(because).toMatch(/TALLYSTICK_SEED=7 TALLYSTICK_CONTRACT_PATH=[\d:]+$/)
    expect(because).toContain("[1].granted was false, not true")
    expect(because.split("\n").filter((line) => /^ {4}\w/.test(line)).length).toBeLessThanOrEqual(3)
    expect(await failure(7)).toBe(because)
    expect(await failure(8)).not.toBe(because)
    const program = because.split("\n").filter((line) => line.startsWith("  "))
    const again = await failure(7, /PATH=(.*)$/.exec(because)![1])
    expect(again.split("\n").filter((line) => line.startsWith("  "))).toEqual(program)
    expect(again).toContain("after 0 steps of shrinking")
  })
  it("finds the same where several programs run at once", async () => {
    expect(await failure(7, undefined, 3)).toBe(await failure(7))
  })
})

describe("the contract suite passes a store that", { timeout: TIMEOUT_MS }, () => {
  const right: ReadonlyArray<readonly [string, Make]> = [
    ["is patched with nothing", memoryStore],
    ["yields before and after its step", inMemory(yielding)],
    ["takes a lock for each call", inMemory(locking)],
    ["goes through promises", inMemory(promising)]
  ]
  it.each(right)("%s", async (_, make) => {
    const { failed, skipped } = await verdicts(make, { ...options, programs: 20 })
    expect(failed).toEqual([])
    expect(skipped).toEqual([])
  })

  it("forgets sooner, if the suite is told so", async () => {
    const settings = { settledRetentionMs: 120_000, unsettledRetentionMs: 300_000, longestCallMs: 30_000 }
    const { failed } = await verdicts(() => memoryStore(settings), { ...options, settings })
    expect(failed).toEqual([])
    const untold = await verdicts(() => memoryStore(settings), options, 1)
    expect(untold.failed).toHaveLength(1)
  })

  it("wants other ids of accounts", async () => {
    const accountOf = (name: string) => `{${name.split("/")[0]}}${name}`
    const make = (): QuotaStore => {
      const store = memoryStore()
      const slotOf = ({ account }: { account: string }): string | undefined => /^\{(\w+)\}/.exec(account)?.[1]
      const isInOneSlot = ({ legs }: Command): boolean =>
        legs.every((leg) => slotOf(leg) !== undefined && slotOf(leg) === slotOf(legs[0]))
      return {
        ...store,
        // What is answered has been checked.
        execute: (commands) =>
          Effect.tap(store.execute(commands), () =>
            commands.every(isInOneSlot) ? Effect.void : Effect.die(new Error("accounts of several slots"))
          )
      }
    }
    const { failed } = await verdicts(make, { ...options, accountOf })
    expect(failed).toEqual([])
  })

  it("has a clock of its own: what moves time is skipped by name, the rest runs", async () => {
    const live = Effect.runSync(Clock.Clock)
    const ownClock = (): QuotaStore => {
      const { capabilities, execute, usage, holds, sweep, close } = memoryStore()
      const own = Effect.provideService(Clock.Clock, live)
      return {
        capabilities: { ...capabilities, clock: "store" },
        execute: (commands) => own(execute(commands)),
        usage: (accounts) => own(usage(accounts)),
        holds: (account, page) => own(holds(account, page)),
        sweep: (limit) => own(sweep(limit)),
        close
      }
    }
    const { failed, skipped, passed } = await verdicts(ownClock, options)
    expect(failed).toEqual([])
    expect(new Set(skipped.map(({ because }) => because))).toEqual(new Set(["its clock is its own"]))
    expect(passed).toBeGreaterThan(200)
    expect(skipped.length).toBeGreaterThan(30)
  })
})
