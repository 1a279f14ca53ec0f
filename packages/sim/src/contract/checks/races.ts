/**
 * Callers at once: whatever order they take, the limit holds exactly, and what is sent twice counts once.
 *
 * The Book cannot know their order, so these are counted by hand.
 */
import { readCommand } from "@tallystick/core/machine"
import type { AccountAnswer, Outcome } from "@tallystick/core/machine"
import * as fc from "fast-check"

import type { Check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { Trial } from "../trial.ts"

const group = "races"
const K = 7
const ROUNDS = 8

const race = async (t: Trial, commands: ReadonlyArray<unknown>): Promise<ReadonlyArray<Outcome>> => {
  const { store } = t.subject
  const calls = commands.map((command) => store.execute([readCommand(command)]))
  return (await t.subject.race(calls, t.nowMs)).flat()
}

const read = async (t: Trial, name: string): Promise<AccountAnswer> => {
  const ref = { account: t.id(name), window: { kind: "none" }, limit: K } as const
  return (await t.subject.run(t.subject.store.usage([ref]), t.nowMs))[0]!
}

const leg = (t: Trial, name: string, more: object = { amount: 1 }) => ({
  account: t.id(name),
  unit: "u",
  limit: K,
  ...more
})

const tally = (answers: ReadonlyArray<Outcome>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const key = `${answer._tag}${answer.replayed ? " again" : ""}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** Several rounds, each over accounts of its own: one lucky order proves nothing. */
const rounds = (name: string, body: (t: Trial, callers: number, round: number) => Promise<unknown>): Check => ({
  group,
  name,
  run: async (subject) => {
    for (let round = 0; round < ROUNDS; round++) await body(new Trial(subject, {}), subject.options.callers, round)
  }
})

const accounts = ["a", "b", "c", "d"]

/** For each caller the four accounts in an order of its own; the same for a seed. */
const orders = (callers: number, seed: number): ReadonlyArray<ReadonlyArray<string>> =>
  fc.sample(fc.shuffledSubarray(accounts, { minLength: 4 }), { numRuns: callers, seed })

const limits = (seed: number): ReadonlyArray<Check> => [
  rounds(`callers against a limit of ${K}: exactly ${K} are granted`, async (t, callers) => {
    const ids = Array.from({ length: callers }, (_, index) => `r${index}`)
    const answers = await race(
      t,
      ids.map((id) => ({ kind: "reserve", id, ttlMs: 60_000, legs: [leg(t, "a")] }))
    )
    expectSame(tally(answers), { Granted: K, Denied: callers - K }, "answers:")
    expectLike(await read(t, "a"), { used: 0, reserved: K, spendable: 0 })
  }),
  rounds(
    "with legs on four accounts in any order: exactly as many on each, and no call waits for ever",
    async (t, callers, round) => {
      const commands = orders(callers, seed + round).map((order, index) => ({
        kind: "reserve",
        id: `r${index}`,
        ttlMs: 60_000,
        legs: order.map((name) => leg(t, name))
      }))
      expectSame(tally(await race(t, commands)), { Granted: K, Denied: callers - K }, "answers:")
      for (const name of accounts) expectLike(await read(t, name), { used: 0, reserved: K })
    }
  ),
  rounds(
    "over two accounts of four each: no limit is passed, and all legs or none are held",
    async (t, callers, round) => {
      const commands = orders(callers, seed + round).map((order, index) => ({
        kind: "reserve",
        id: `r${index}`,
        ttlMs: 60_000,
        legs: order.slice(0, 2).map((name) => leg(t, name))
      }))
      const answers = await race(t, commands)
      for (const name of accounts) {
        const id = t.id(name)
        const granted = answers.filter((answer) => answer.granted && answer.accounts.some((one) => one.account === id))
        expectSame(granted.length <= K, true, `${granted.length} granted against a limit of ${K}:`)
        expectLike(await read(t, name), { reserved: granted.length })
      }
    }
  )
]

const repeats: ReadonlyArray<Check> = [
  rounds("one reserve sent many times: one hold, and all are told that it is granted", async (t, callers) => {
    const reserve = { kind: "reserve", id: "r", ttlMs: 60_000, legs: [leg(t, "a", { amount: 5 }), leg(t, "b")] }
    const answers = await race(
      t,
      Array.from({ length: callers }, () => reserve)
    )
    expectSame(tally(answers), { Granted: 1, "Granted again": callers - 1 }, "answers:")
    expectLike(await read(t, "a"), { reserved: 5 })
  }),
  rounds("one charge, one finalize, one credit sent many times: each acts once", async (t, callers) => {
    const many = (command: object) =>
      race(
        t,
        Array.from({ length: callers }, () => command)
      )
    await race(t, [{ kind: "reserve", id: "r", ttlMs: 60_000, legs: [leg(t, "a", { amount: 2 })] }])
    const charged = await many({ kind: "charge", id: "c", legs: [leg(t, "a")] })
    expectSame(tally(charged), { Charged: 1, "Charged again": callers - 1 }, "charges:")
    const finalized = await many({ kind: "finalize", id: "r", legs: [leg(t, "a", { actual: 3 })] })
    expectSame(tally(finalized), { Finalized: 1, "Finalized again": callers - 1 }, "finalizes:")
    await race(t, [{ kind: "adjust", id: "l", adjustment: { kind: "setLimit", limit: 10 }, legs: [leg(t, "a", {})] }])
    const credit = { kind: "adjust", id: "p", adjustment: { kind: "credit", amount: 5 }, legs: [leg(t, "a", {})] }
    expectSame(tally(await many(credit)), { Adjusted: 1, "Adjusted again": callers - 1 }, "credits:")
    expectLike(await read(t, "a"), { used: 4, reserved: 0, limit: 15 })
  }),
  rounds("a finalize and a release at once: exactly one ends it, and both are told how", async (t, callers) => {
    await race(t, [{ kind: "reserve", id: "r", ttlMs: 60_000, legs: [leg(t, "a", { amount: 5 })] }])
    const finalize = { kind: "finalize", id: "r", legs: [leg(t, "a", { actual: 4 })] }
    const release = { kind: "release", id: "r", legs: [leg(t, "a", {})] }
    const answers = await race(
      t,
      Array.from({ length: callers }, (_, i) => (i % 2 === 0 ? finalize : release))
    )
    const acted = answers.filter(({ _tag, replayed }) => !replayed && _tag !== "Conflict")
    expectSame(acted.length, 1, "endings that took effect:")
    const isFinalized = acted[0]?._tag === "Finalized"
    const state = isFinalized ? "finalized" : "released"
    for (const answer of answers) expectLike(answer.legs, [{ state, debited: isFinalized ? 4 : 0 }])
    expectLike(await read(t, "a"), { used: isFinalized ? 4 : 0, reserved: 0 })
  })
]

const sums: ReadonlyArray<Check> = [
  rounds("many opened and ended at once: all numbers add up", async (t, callers) => {
    const ids = Array.from({ length: callers }, (_, index) => `r${index}`)
    const free = { limit: null }
    const legs = (more: object) => ["a", "b"].map((name) => leg(t, name, { ...free, ...more }))
    await race(
      t,
      ids.map((id) => ({ kind: "reserve", id, ttlMs: 60_000, legs: legs({ amount: 3 }) }))
    )
    const ends = ids.map((id, i) =>
      i % 2 === 0 ? { kind: "finalize", id, legs: legs({ actual: 2 }) } : { kind: "release", id, legs: legs({}) }
    )
    const more = ids.map((id) => ({ kind: "charge", id: `c${id}`, legs: legs({ amount: 1 }) }))
    await race(t, [...ends, ...more])
    for (const name of ["a", "b"])
      expectLike(await read(t, name), { used: 2 * Math.ceil(callers / 2) + callers, reserved: 0 })
  })
]

export const raceChecks = (seed: number): ReadonlyArray<Check> => [...limits(seed), ...repeats, ...sums]
