/**
 * Odd ids live through a whole cycle as request and as account, and each stays apart from every other.
 */
import { MAX_ID_LENGTH } from "@tallystick/core/machine"

import { check } from "../check.ts"
import type { Check } from "../check.ts"
import { expectLike } from "../differ.ts"
import type { Trial } from "../trial.ts"
import { strangeIds } from "./strange.ts"

const group = "strange ids"

/** Sends them in calls of 16, as many as a read takes. */
const inSlices = async <A>(
  list: ReadonlyArray<A>,
  act: (slice: ReadonlyArray<A>, from: number) => Promise<unknown>
) => {
  for (let from = 0; from < list.length; from += 16) await act(list.slice(from, from + 16), from)
}

/** An account's id that nobody had before, with as much of a strange one in it as fits. */
const accountWith = (t: Trial, strange: string): string => {
  const room = MAX_ID_LENGTH - t.id("").length
  const cut = strange.slice(0, room)
  // Half of a pair is no id.
  return t.id(/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut)
}

/** Over a few accounts: with all on one the Book would read every command again for each. */
const BUCKETS = 6

const asRequests = async (t: Trial, strange: ReadonlyArray<string>): Promise<void> => {
  const leg = (i: number, more: object = {}) => [
    { account: t.id(`a${i % BUCKETS}`), unit: "u", limit: 10 ** 9, ...more }
  ]
  await inSlices(strange, (ids, from) =>
    t.execute(ids.map((id, i) => ({ kind: "reserve", id, ttlMs: 60_000, legs: leg(i, { amount: from + i + 1 }) })))
  )
  await inSlices(strange, async (ids, from) => {
    const answers = await t.execute(ids.map((id, i) => ({ kind: "lookup", id, legs: leg(i) })))
    expectLike(
      answers.map(({ id, legs }) => [id, legs[0]?.held]),
      ids.map((id, i) => [id, from + i + 1])
    )
  })
  await inSlices(strange, (ids) =>
    t.execute(ids.map((id, i) => ({ kind: "extend", id, legs: leg(i, { measured: 1 }) })))
  )
  await inSlices(strange, async (ids) => {
    const ends = ids.map((id, i) => ({ kind: "finalize", id, legs: leg(i, { actual: i }) }))
    const debits = ids.map((_, i) => ({ _tag: "Finalized", replayed: false, legs: [{ debited: i, measured: 1 }] }))
    expectLike(await t.execute(ends), debits)
    expectLike(
      (await t.execute(ends)).map(({ replayed }) => replayed),
      ids.map(() => true)
    )
  })
  // Adjustments are a space of their own.
  await inSlices(strange, async (ids) => {
    const reopen = { kind: "reopen" }
    const adjusted = await t.execute(ids.map((id, i) => ({ kind: "adjust", id, adjustment: reopen, legs: leg(i) })))
    expectLike(
      adjusted,
      ids.map(() => ({ _tag: "Adjusted", replayed: false }))
    )
  })
}

const asAccounts = async (t: Trial, strange: ReadonlyArray<string>): Promise<void> => {
  const accounts = [...new Set(strange.map((id) => accountWith(t, id)))]
  const leg = (account: string) => ({ account, unit: "u", limit: 10 ** 9 })
  await inSlices(accounts, (some, from) =>
    t.execute(
      some.map((account, i) => ({ kind: "charge", id: "c", legs: [{ ...leg(account), amount: from + i + 1 }] }))
    )
  )
  await inSlices(accounts, async (some, from) => {
    const legs = some.map((account) => ({ ...leg(account), amount: 1 }))
    const held = await t.send({ kind: "reserve", id: "r", ttlMs: 60_000, legs })
    expectLike(
      held.accounts,
      some.map((account, i) => ({ account, used: from + i + 1, reserved: 1 }))
    )
    await t.send({ kind: "finalize", id: "r", legs: some.map((account) => ({ ...leg(account), actual: 2 })) })
  })
  await inSlices(accounts, async (some, from) => {
    const answers = await t.send({ kind: "lookup", id: "r", legs: some.map(leg) })
    expectLike(
      answers.accounts,
      some.map((account, i) => ({ account, used: from + i + 3, reserved: 0 }))
    )
  })
}

/** Pairs of (account, request) that a key joined by a plain delimiter takes for one. */
const pairs = (d: string): ReadonlyArray<readonly [account: string, id: string]> => [
  [`a${d}b`, "c"],
  ["a", `b${d}c`],
  [`a${d}`, `b${d}c`],
  ["a", `${d}b${d}c`],
  [`a${d}b${d}c`, "d"],
  [`a${d}b`, `c${d}d`]
]

const pairChecks = [
  ":",
  "::",
  "/",
  "|",
  " ",
  "-",
  "_",
  ".",
  ",",
  "{",
  "}",
  "}:{",
  "#",
  "\u2028",
  "\\",
  "%3A",
  "fixed:20000"
].map((d) =>
  check(group, `account and request are not joined by ${JSON.stringify(d)}`, async (t) => {
    for (const [index, [name, id]] of pairs(d).entries()) {
      const leg = { account: t.id(name), unit: "u", limit: 100, amount: index + 1 }
      expectLike(await t.send({ kind: "reserve", id, ttlMs: 60_000, legs: [leg] }), {
        _tag: "Granted",
        replayed: false,
        legs: [{ held: index + 1 }]
      })
      const adjustment = { kind: "setLimit", limit: 50 + index }
      expectLike(await t.send({ kind: "adjust", id, adjustment, legs: [leg] }), { replayed: false })
      const fixed = { ...leg, window: { kind: "fixed", lengthMs: 20_000 } }
      expectLike(await t.send({ kind: "charge", id, legs: [fixed] }), { _tag: "Charged", replayed: false })
    }
  })
)

export const strangeIdChecks = (count: number, seed: number): ReadonlyArray<Check> => [
  check(group, `${count} as ids of requests and adjustments`, (t) => asRequests(t, strangeIds(count, seed))),
  check(group, `${count} as ids of accounts`, (t) => asAccounts(t, strangeIds(count, seed))),
  check(group, "an account or a request named like a property of every object is not there", async (t) => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expectLike(await t.usage(name), { known: true, used: 0, reserved: 0, revision: 0, unit: null })
      expectLike(await t.lookup(name, "a"), { _tag: "Unknown" })
    }
  }),
  ...pairChecks
]
