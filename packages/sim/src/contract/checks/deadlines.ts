/**
 * Deadlines on their grid, expiry and late endings, and an account's own time.
 */
import type { Outcome } from "@tallystick/core/machine"

import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

const YEAR_MS = 365 * 86_400_000

const grid = (
  [
    [0, 1, 1_000],
    [0, 1_000, 1_000],
    [0, 1_001, 2_000],
    [999, 1, 1],
    [999, 2, 1_001],
    [1_500, 10_000, 10_500],
    [0, 86_400_000, 86_400_000]
  ] as const
).map(([nowMs, ttlMs, expiresInMs]) =>
  check(
    "deadlines",
    `a ttl of ${ttlMs} ms at ${nowMs} ends ${expiresInMs} ms later, and not a millisecond sooner`,
    async (t) => {
      expectLike((await t.at(nowMs).reserve("r", "a:5", ttlMs)).legs, [{ expiresInMs }])
      expectSame(await t.at(nowMs + expiresInMs - 1).sums("a"), "0+5", "just before:")
      expectLike((await t.lookup("r", "a")).legs, [{ state: "held", expiresInMs: 1 }])
      expectSame(await t.at(nowMs + expiresInMs).sums("a"), "0+0", "at its deadline:")
      expectLike((await t.lookup("r", "a")).legs, [{ state: "expired", expiresInMs: null }])
      expectSame((await t.reserve("s", "a:100")).granted, true, "there is room for all:")
    }
  )
)

type Policy = readonly [policy: string | undefined, measured: string, cost: number]

const costs = (
  [
    [undefined, "a", 0],
    [undefined, "a:~4", 4],
    [undefined, "a:~9", 5],
    ["refund", "a:~4", 0],
    ["charge-held", "a:~4", 5],
    ["charge-measured", "a:~4", 4]
  ] satisfies ReadonlyArray<Policy>
).map(([policy, measured, cost]) =>
  check(
    "expiry",
    `a hold of 5, ${measured === "a" ? "not measured" : measured}, ${policy ?? "no policy"}: costs ${cost}`,
    async (t) => {
      await t.at(0).reserve("r", "a:5 b:3/held c:1/none")
      await t.extend("r", `${measured} b c`, policy === undefined ? {} : { whenUnknown: policy })
      t.at(10_000)
      expectSame(await t.sums("a"), `${cost}+0`, "what it cost:")
      expectSame([await t.sums("b"), await t.sums("c")], ["3+0", "0+0"], "a count is debited, a slot is not:")
    }
  )
)

type Late = readonly [what: string, act: (t: Trial) => Promise<Outcome>, answer: string]

/** The hold of 5, measured 4, expired at 10 s; it is 20 s. */
const late: ReadonlyArray<Late> = [
  ["more", (t) => t.finalize("r", "a:9"), "Finalized; finalized held 5 measured 4 debited 9 over 4 late, 9+0"],
  ["less", (t) => t.finalize("r", "a:1"), "Finalized; finalized held 5 measured 4 debited 1 late, 1+0"],
  [
    "less, after a reset: upwards only",
    async (t) => {
      await t.reset("i", "a")
      await t.charge("c", "a:2")
      return t.finalize("r", "a:1")
    },
    "Finalized; finalized held 5 measured 4 debited 1 late, 2+0"
  ],
  [
    "more, after a reset",
    async (t) => {
      await t.reset("i", "a")
      return t.finalize("r", "a:9")
    },
    "Finalized; finalized held 5 measured 4 debited 9 over 4 late, 5+0"
  ],
  [
    "less, after a reset before its deadline: both ways",
    async (t) => {
      await t.at(0).reserve("s", "a:5", 30_000)
      await t.extend("s", "a:~4")
      await t.at(20_000).reset("i", "a")
      return t.at(40_000).finalize("s", "a:1")
    },
    "Finalized; finalized held 5 measured 4 debited 1 late, 1+0"
  ],
  [
    "twice: once",
    async (t) => {
      await t.finalize("r", "a:9")
      return t.finalize("r", "a:9")
    },
    "Finalized again; finalized held 5 measured 4 debited 9 over 4 late, 9+0"
  ],
  ["a release", (t) => t.release("r", "a"), "Released; released held 5 measured 4 debited 4 late, 4+0"]
]

const lateChecks = late.map(([what, act, answer]) =>
  check("late endings", what, async (t) => {
    await t.at(0).reserve("r", "a:5")
    await t.extend("r", "a:~4")
    t.at(20_000)
    expectText(tell(await act(t)), answer)
  })
)

const time = [
  check(
    "an account's time",
    "a clock that goes back neither frees a hold nor keeps it: time goes on from where it was",
    async (t) => {
      await t.at(5_000).reserve("r", "a:5", 10_000)
      expectLike(await t.at(2_000).usage("a"), { timeMs: t.nowMs + 3_000, reserved: 5 })
      await t.charge("c", "a:1")
      expectLike(await t.at(11_999).usage("a"), { reserved: 5 })
      expectLike(await t.at(12_000).usage("a"), { reserved: 0, used: 1 })
    }
  ),
  check(
    "an account's time",
    "a clock that was ten years ahead keeps no hold for ten years, and gives no old one back",
    async (t) => {
      await t.at(0).reserve("old", "a:5", 60_000)
      await t.at(10 * YEAR_MS).reserve("ahead", "a:7", 10_000)
      expectSame(await t.at(0).sums("a"), "0+7", "the old one has expired for good:")
      await t.charge("c", "a:1")
      expectSame(await t.at(10_000).sums("a"), "1+0", "ten seconds later the other has, too:")
    }
  ),
  check("an account's time", "many holds of one tick expire as one change, each tick as its own", async (t) => {
    t.at(0)
    for (const [index, ttlMs] of [5_000, 4_500, 4_001, 6_000].entries()) await t.reserve(`r${index}`, "a:2/held", ttlMs)
    const { revision } = await t.usage("a")
    expectLike(await t.at(5_000).usage("a"), { used: 6, reserved: 2, revision: revision + 1 })
    expectLike(await t.at(6_000).usage("a"), { used: 8, reserved: 0, revision: revision + 2 })
  }),
  check("an account's time", "a hold that expired years before anybody came is gone, too", async (t) => {
    await t.at(0).setLimit("l", "a", 100)
    await t.reserve("r", "a:5 b:3/held", 10_000)
    t.at(10 * YEAR_MS)
    expectSame((await t.reserve("s", "a:100")).granted, true, "there is room for all:")
    expectSame(await t.sums("b"), "3+0", "a count is debited:")
  }),
  check("an account's time", "a read writes nothing: who looks changes no answer", async (t) => {
    await t.at(2_000).reserve("r", "a:5", 60_000)
    await t.at(5_000).lookup("r", "a")
    await t.usage("a")
    expectLike(await t.at(3_000).usage("a"), { timeMs: t.nowMs })
    await t.charge("c", "a:1")
    expectLike(await t.at(3_500).usage("a"), { timeMs: t.nowMs })
  })
]

export const deadlineChecks = [...grid, ...costs, ...lateChecks, ...time]
