/**
 * Growth of a hold: why it can be denied, in order, and that renewal and measures take effect all the same.
 */
import type { Outcome } from "@tallystick/core/machine"

import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

const MAX = Number.MAX_SAFE_INTEGER
const window = { kind: "fixed", lengthMs: 20_000 } as const

/** "r" holds 5 of "f", which has a window, of "z" (limit 6) and of "free". */
const holding = (t: Trial): Promise<Outcome> => t.reserve("r", "f:5 z:5 free:5", 60_000)

const terms = { f: { window }, z: { limit: 6 }, free: { limit: null } } as const

/** `limit f:96 z:2`: the reason, and what was asked of whom. */
const denialOf = (t: Trial, answer: Outcome): string => {
  if (answer._tag !== "Extended" || answer.denial === null) return answer._tag
  const short = (id: string): string => ["f", "z", "free"].find((name) => t.id(name) === id) ?? id
  return [answer.denial.reason, ...answer.denial.refusals.map((one) => `${short(one.account)}:${one.asked}`)].join(" ")
}

type Case = readonly [what: string, spoil: (t: Trial) => Promise<unknown>, legs: string, denial: string]

const cases: ReadonlyArray<Case> = [
  [
    "window passed before all others, naming also legs that do not grow",
    async (t) => {
      await t.close("x", "z")
      t.at(20_000).with("z", { limit: "none", unit: "v" })
    },
    "f z:900 free",
    "windowPassed f:0"
  ],
  [
    "unknown before closed",
    async (t) => {
      await t.close("x", "free")
      t.with("z", { limit: "none" })
    },
    "f z:9 free:9",
    "unknown z:4"
  ],
  [
    "closed before unit",
    async (t) => {
      await t.close("x", "free")
      t.with("z", { unit: "v" })
    },
    "f z:9 free:9",
    "closed free:4"
  ],
  [
    "unit before overflow",
    async (t) => {
      await t.charge("c", `free:${MAX - 5}`)
      t.with("z", { unit: "v" })
    },
    "f z:9 free:6",
    "unit z:4"
  ],
  ["overflow before limit", (t) => t.charge("c", `free:${MAX - 5}`), "f z:9 free:6", "overflow free:1"],
  ["limit", async () => {}, "f:101 z:7 free:900", "limit f:96 z:2"],
  ["a closed account that does not grow denies nothing", (t) => t.close("x", "z"), "f:9 z free", "Extended"]
]

const group = "growth"

export const growthChecks = [
  ...cases.map(([what, spoil, legs, denial]) =>
    check(
      group,
      what,
      async (t) => {
        await holding(t)
        await spoil(t)
        expectSame(denialOf(t, await t.extend("r", legs)), denial, "not as worked out by hand:")
      },
      terms
    )
  ),
  check(group, "is admitted all legs or none", async (t) => {
    await t.reserve("r", "a:5 b:5")
    expectText(tell(await t.extend("r", "a:9 b:101")), "Extended not grown; held held 5, 0+5; held held 5, 0+5")
    expectText(tell(await t.extend("r", "a:9 b:100")), "Extended; held held 9, 0+9; held held 100, 0+100")
  }),
  check(group, "denied: renewal and measures took effect, and it is no replay", async (t) => {
    await t.reserve("r", "a:5")
    const first = await t.extend("r", "a:101~8", { ttlMs: 60_000 })
    expectLike(first, { granted: false, grown: false, replayed: false, denial: { reason: "limit" } })
    expectLike(first.legs, [{ held: 5, measured: 8 }])
    expectLike(await t.extend("r", "a:101~8"), { granted: false, grown: false, replayed: false })
  }),
  check(group, "totals and measures are of actual legs only", async (t) => {
    await t.reserve("r", "a:5 b:1/none c:1/held")
    expectLike(await t.extend("r", "a b:2 c"), { _tag: "Conflict", reason: "legs" })
    expectLike(await t.extend("r", "a b c:~1"), { _tag: "Conflict", reason: "legs" })
    const held = "Extended; held held 6 measured 1, 0+6; held held 1, 0+1; held held 1, 0+1"
    expectText(tell(await t.extend("r", "a:6~1 b c")), held)
  }),
  check(group, "an extend is a join: in any order, and repeated, it ends the same", async (t) => {
    const steps = [
      (id: string) => t.extend(id, "a:20"),
      (id: string) => t.extend(id, "a:30~7"),
      (id: string) => t.extend(id, "a:~9", { whenUnknown: "refund" }),
      (id: string) => t.extend(id, "a", { whenUnknown: "charge-held", ttlMs: 40_000 }),
      (id: string) => t.extend(id, "a:25~3", { ttlMs: 20_000 })
    ]
    const orders = ["01234", "43210", "20413", "0011234421"]
    for (const [index, order] of orders.entries()) {
      const id = `r${index}`
      await t.reserve(id, "a:5")
      for (const step of order) await steps[Number(step)]!(id)
      expectLike((await t.lookup(id, "a")).legs, [{ state: "held", held: 30, measured: 9 }])
      await t.release(id, "a")
      await t.reset(id, "a")
    }
  })
]
