/**
 * `adjust`: an operator's change of one account.
 */
import type { Outcome } from "@tallystick/core/machine"

import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

type Case = readonly [what: string, act: (t: Trial) => Promise<Outcome>, numbers: object]

const cases: ReadonlyArray<Case> = [
  ["setLimit", (t) => t.setLimit("i", "a", 40), { limit: 40, limitFrom: "stored", spendable: 10 }],
  ["setLimit below what is used", (t) => t.setLimit("i", "a", 15), { limit: 15, spendable: 0, debt: 5 }],
  ["setLimit 0", (t) => t.setLimit("i", "a", 0), { limit: 0, spendable: 0, debt: 20, status: "blocked" }],
  ["setLimit unlimited", (t) => t.setLimit("i", "a", null), { limit: null, limitFrom: "stored", spendable: null }],
  ["setLimit back to code", (t) => t.setLimit("i", "a", "code"), { limit: 100, limitFrom: "code" }],
  ["setLimit to what it is", (t) => t.setLimit("i", "a", 50), { limit: 50, limitFrom: "stored" }],
  ["credit", (t) => t.credit("i", "a", 5), { limit: 55, spendable: 25 }],
  ["credit, negative", (t) => t.credit("i", "a", -50), { limit: 0, debt: 20 }],
  ["reset: used is 0, holds stay", (t) => t.reset("i", "a"), { used: 0, reserved: 10, spendable: 40 }],
  ["close", (t) => t.close("i", "a"), { open: false, status: "blocked", spendable: 20, used: 20, reserved: 10 }],
  ["reopen of an open one", (t) => t.reopen("i", "a"), { open: true, used: 20, reserved: 10 }]
]

const group = "adjust"

/** The account has a stored limit of 50, 20 used, 10 held. */
const worked = async (t: Trial): Promise<void> => {
  await t.setLimit("first", "a", 50)
  await t.charge("c", "a:20")
  await t.reserve("r", "a:10")
}

const kinds = cases.map(([what, act, numbers]) =>
  check(group, `${what}; again it is a replay`, async (t) => {
    await worked(t)
    const { revision } = await t.usage("a")
    expectLike(await act(t), { _tag: "Adjusted", granted: true, replayed: false, legs: [] })
    expectLike(await t.usage("a"), { ...numbers, revision: revision + 1, reserved: 10 })
    expectLike(await act(t), { _tag: "Adjusted", granted: true, replayed: true })
    expectLike(await t.usage("a"), { ...numbers, revision: revision + 1, reserved: 10 })
  })
)

const ids = [
  check(group, "ids are a space of their own, per account", async (t) => {
    await t.reserve("i", "a:5")
    expectText(tell(await t.close("i", "a")), "Adjusted; 0+5")
    expectText(tell(await t.close("i", "b")), "Adjusted; 0+0")
    expectText(tell(await t.finalize("i", "a:5")), "Finalized; finalized held 5 debited 5, 5+0")
  }),
  check(group, "a refused one is not remembered", async (t) => {
    expectText(tell(await t.credit("i", "a", 5)), "Denied limit; 0+0")
    await t.setLimit("j", "a", 10)
    expectText(tell(await t.credit("i", "a", -11)), "Denied limit; 0+0")
    expectText(tell(await t.credit("i", "a", 5)), "Adjusted; 0+0")
    expectLike(await t.usage("a"), { limit: 15 })
  }),
  check(group, "a credit above 2^53 - 1 is refused as overflow", async (t) => {
    await t.setLimit("j", "a", 10)
    expectText(tell(await t.credit("i", "a", Number.MAX_SAFE_INTEGER)), "Denied overflow; 0+0")
  }),
  check(group, "other content is a conflict", async (t) => {
    await t.setLimit("j", "a", 10)
    await t.credit("i", "a", 5)
    expectText(tell(await t.credit("i", "a", 6)), "Conflict content; 0+0")
    expectText(tell(await t.reset("i", "a")), "Conflict content; 0+0")
    expectText(tell(await t.setLimit("j", "a", null)), "Conflict content; 0+0")
  }),
  check(
    group,
    "it makes the account if there is none, with its unit, and needs no unit later",
    async (t) => {
      const numbers = { known: true, unit: "u", limit: 10, limitFrom: "stored" }
      expectLike((await t.setLimit("i", "a", 10)).accounts, [numbers])
      expectText(tell(await t.with("a", { unit: undefined }).reset("k", "a")), "Adjusted; 0+0")
      expectText(tell(await t.reset("k", "b")), "Denied unit; 0+0")
      expectText(tell(await t.with("a", { unit: "v" }).reset("l", "a")), "Denied unit; 0+0")
    },
    { a: { limit: "none" }, b: { unit: undefined } }
  ),
  check(group, "two that are equal but for their id act twice", async (t) => {
    await t.setLimit("j", "a", 10)
    await t.credit("one", "a", 5)
    await t.credit("two", "a", 5)
    expectLike(await t.usage("a"), { limit: 20 })
  })
]

type Closed = readonly [what: string, act: (t: Trial) => Promise<Outcome>, answer: string]

const closedCases: ReadonlyArray<Closed> = [
  ["refuses a reserve", (t) => t.reserve("s", "a:1"), "Denied closed; none, 0+5"],
  ["refuses a charge", (t) => t.charge("s", "a:1"), "Denied closed; none, 0+5"],
  [
    "refuses growth, not renewal",
    (t) => t.extend("r", "a:9~2", { ttlMs: 60_000 }),
    "Extended not grown; held held 5 measured 2, 0+5"
  ],
  ["takes a finalize", (t) => t.finalize("r", "a:9"), "Finalized; finalized held 5 debited 9 over 4, 9+0"],
  ["takes a release", (t) => t.release("r", "a"), "Released; released held 5, 0+0"],
  [
    "takes a finalize of what it does not know",
    (t) => t.finalize("s", "a:9", { ifUnknown: "charge" }),
    "Finalized; finalized debited 9 over 9 unreserved, 9+5"
  ]
]

const closed = closedCases.map(([what, act, answer]) =>
  check("a closed account", what, async (t) => {
    await t.reserve("r", "a:5")
    await t.close("x", "a")
    expectText(tell(await act(t)), answer)
    await t.reopen("y", "a")
    expectSame((await t.reserve("again", "a:1")).granted, true, "reopened, it admits:")
  })
)

export const adjustChecks = [...kinds, ...ids, ...closed]
