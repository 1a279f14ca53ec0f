/**
 * Windows: when an account rolls, and that it rolls once.
 */
import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { FIXED_MS, IDLE_MS, windowAt } from "../leg.ts"
import { expectText, tell } from "../tell.ts"

const terms = {
  f: { window: { kind: "fixed", lengthMs: FIXED_MS } },
  i: { window: { kind: "idle", idleMs: IDLE_MS } }
} as const

const fixed = [
  check(
    "windows: fixed",
    "rolls exactly at its end: period and revision + 1, used and reserved from 0",
    async (t) => {
      await t.at(FIXED_MS - 1_000).charge("c", "f:5")
      await t.reserve("r", "f:5", 60_000)
      const { revision } = await t.usage("f")
      expectLike(await t.at(FIXED_MS - 1).usage("f"), { used: 5, reserved: 5, period: 0, resetsInMs: 1, revision })
      const rolled = { used: 0, reserved: 0, period: 1, resetsInMs: FIXED_MS, revision: revision + 1 }
      expectLike(await t.at(FIXED_MS).usage("f"), rolled)
      expectSame((await t.reserve("s", "f:100")).granted, true, "the whole limit is there again:")
    },
    terms
  ),
  check(
    "windows: fixed",
    "a clock that wobbles over the edge gives no second limit",
    async (t) => {
      await t.at(FIXED_MS - 10).charge("c0", "f:100")
      await t.at(FIXED_MS).charge("c1", "f:100")
      for (const [index, wobble] of [-5, 3, -1, 0, -FIXED_MS + 1].entries()) {
        expectText(tell(await t.at(FIXED_MS + wobble).reserve(`r${index}`, "f:1")), "Denied limit; none, 100+0")
      }
      expectLike(await t.usage("f"), { period: 1 })
    },
    terms
  ),
  check(
    "windows: fixed",
    "a turn that straddles the end pays in today's window what is above its hold; it is renewed, not grown",
    async (t) => {
      await t.at(FIXED_MS - 1_000).reserve("r", "f:5", 30_000)
      const grown = await t.at(FIXED_MS).extend("r", "f:6", { ttlMs: 30_000 })
      expectText(tell(grown), "Extended not grown; held held 5 passed, 0+0")
      expectLike(grown, { denial: { reason: "windowPassed" } })
      expectText(tell(await t.finalize("r", "f:9")), "Finalized; finalized held 5 debited 9 over 4 passed, 4+0")
    },
    terms
  ),
  check(
    "windows: fixed",
    "one without a change is never rolled; many passed windows are one roll",
    async (t) => {
      await t.at(1_000).charge("c", "f:5")
      await t.at(FIXED_MS + 1).reserve("d", "f:101")
      await t.at(5 * FIXED_MS + 1).charge("e", "f:1")
      expectLike(await t.usage("f"), { used: 1, period: 1 })
      await t.at(9 * FIXED_MS + 1).charge("f", "f:1")
      expectLike(await t.usage("f"), { used: 1, period: 2 })
    },
    terms
  )
]

const idle = [
  check(
    "windows: idle",
    "rolls after a silence since its last change: denials and reads do not count",
    async (t) => {
      await t.at(1_000).charge("c", "i:5")
      await t.at(10_000).reserve("d", "i:101")
      await t.lookup("c", "i")
      expectLike(await t.at(1_000 + IDLE_MS - 1).usage("i"), { used: 5, period: 0, resetsInMs: 1 })
      expectLike(await t.at(1_000 + IDLE_MS).usage("i"), { used: 0, period: 1 })
    },
    terms
  ),
  check(
    "windows: idle",
    "an account with a live hold is not silent; an expiry counts at its tick",
    async (t) => {
      await t.at(0).charge("c", "i:5")
      await t.reserve("r", "i:1", 50_000)
      expectLike(await t.at(49_999).usage("i"), { used: 5, reserved: 1, period: 0 })
      expectLike(await t.at(50_000 + IDLE_MS - 1).usage("i"), { used: 5, reserved: 0, period: 0 })
      expectLike(await t.at(50_000 + IDLE_MS).usage("i"), { used: 0, period: 1 })
    },
    terms
  )
]

const calendar = [
  check(
    "windows: calendar",
    "takes the window that its own clock falls in, of those the command carries",
    async (t) => {
      const at = (afterMs: number) => t.at(afterMs).with("c", { window: windowAt("calendar", t.nowMs) })
      await at(19_000).charge("x", "c:100")
      expectLike(await t.usage("c"), { used: 100, resetsInMs: 1_000 })
      expectLike(await at(19_999).reserve("r", "c:1"), { _tag: "Denied", retryInMs: 1 })
      expectSame((await at(20_000).reserve("r", "c:100")).granted, true, "the next window:")
      expectLike(await t.usage("c"), { period: 1, resetsInMs: 30_000 })
      // The caller's clock is behind by one window, and ahead by one.
      t.with("c", { window: windowAt("calendar", t.nowMs - 20_000) })
      expectLike(await t.usage("c"), { reserved: 100, period: 1, resetsInMs: 30_000 })
      t.with("c", { window: windowAt("calendar", t.nowMs + 30_000) })
      expectLike(await t.usage("c"), { reserved: 100, period: 1, resetsInMs: 30_000 })
    }
  ),
  check("windows: calendar", "outside of them: not applied, before anything is settled", async (t) => {
    await t.at(0).reserve("r", "a:5", 1_000)
    t.at(5_000).with("c", { window: windowAt("calendar", t.nowMs + 200_000) })
    const answer = await t.reserve("s", "a:1 c:1")
    expectLike(answer, { _tag: "NotApplied", reason: "clock", granted: false, accounts: [], legs: [] })
    // Its time was not written either: a clock that now goes back frees nothing.
    expectLike(await t.at(0).usage("a"), { reserved: 5, timeMs: t.nowMs })
  }),
  check("windows: calendar", "a read outside of them fails as not applied", async (t) => {
    t.at(0).with("c", { window: windowAt("calendar", t.nowMs + 200_000) })
    const { store } = t.subject
    const refs = [{ account: t.id("c"), window: windowAt("calendar", t.nowMs + 200_000) }]
    expectLike(await t.subject.failure(store.usage(refs), t.nowMs), { _tag: "NotApplied" })
  })
]

const several = [
  check(
    "windows: several",
    "one id with several windows is several accounts",
    async (t) => {
      t.at(1_000)
      t.with("d", { account: "n", window: { kind: "fixed", lengthMs: FIXED_MS } })
      t.with("m", { account: "n", window: { kind: "fixed", lengthMs: 40 * FIXED_MS }, limit: 150 })
      await t.charge("c", "d:90 m:90")
      t.at(FIXED_MS)
      expectText(tell(await t.reserve("r", "d:61 m:61")), "Denied limit; none, 0+0; none, 90+0")
      expectText(
        tell(await t.reserve("r", "d:60 m:60 n:7")),
        "Granted; held held 60, 0+60; held held 60, 90+60; held held 7, 0+7"
      )
    },
    terms
  )
]

export const windowChecks = [...fixed, ...idle, ...calendar, ...several]
