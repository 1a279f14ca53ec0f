/**
 * What operators use: the list of holds, tidying, closing. And what a store says of itself.
 */
import type { AccountId, Hold, Page, PageRequest } from "@tallystick/core/store"

import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { Skipped } from "../skipped.ts"
import { Trial } from "../trial.ts"

const group = "operators"

const holdsOf = async (t: Trial, name: string, page: PageRequest = { limit: 100 }): Promise<Page<Hold>> => {
  const account: AccountId = { account: t.id(name), window: { kind: "none" } }
  try {
    return await t.subject.run(t.subject.store.holds(account, page), t.nowMs)
  } catch (error) {
    // `defineStore` lets a store leave it out.
    if (error instanceof Error && "_tag" in error && error._tag === "Misconfigured")
      throw new Skipped("it lists no holds")
    throw error
  }
}

const holds = [
  check(group, "holds: those that live, in byte order, with their numbers", async (t) => {
    // In UTF-16 the emoji would come before the full-width tilde.
    for (const id of ["b", "\u{1F600}", "\uFF5E", "B", "a", "ended"]) await t.reserve(id, "a:2 b:1/none")
    await t.extend("a", "a:3~1 b", { whenUnknown: "refund", ttlMs: 60_000 })
    await t.finalize("ended", "a:1 b")
    const { items, next } = await holdsOf(t, "a")
    expectSame(
      items.map(({ id }) => id),
      ["B", "a", "b", "\uFF5E", "\u{1F600}"],
      "in order of bytes:"
    )
    expectSame(next, null, "there is no other page:")
    expectLike(items[1], {
      amount: 2,
      held: 3,
      settle: "actual",
      measured: 1,
      whenUnknown: "refund",
      windowPassed: false
    })
    expectLike(items[0], { amount: 2, held: 2, settle: "actual", measured: null, whenUnknown: null })
    expectLike((await holdsOf(t, "b")).items[0], { amount: 1, held: 1, settle: "none" })
    expectLike(await holdsOf(t, "nobody"), { items: [], next: null })
    if (!t.subject.ownsItsClock)
      expectLike(items, t.book.holds({ account: t.id("a") }, t.nowMs), "not what the Book says of the holds:")
  }),
  check(group, "holds: page by page, each once", async (t) => {
    const ids = Array.from({ length: 23 }, (_, index) => `r${String(index).padStart(2, "0")}`)
    const leg = { account: t.id("a"), unit: "u", limit: 100, amount: 1 }
    await t.execute(ids.map((id) => ({ kind: "reserve", id, ttlMs: 60_000, legs: [leg] })))
    const seen: Array<string> = []
    let after: string | null | undefined
    for (let pages = 0; after !== null; pages++) {
      const page: Page<Hold> = await holdsOf(t, "a", after === undefined ? { limit: 5 } : { limit: 5, after })
      seen.push(...page.items.map(({ id }) => id))
      after = page.next
      expectSame(pages < 5, true, "23 holds are five pages of five:")
    }
    expectSame(seen, ids, "all of them:")
  }),
  check(group, "holds: none that has expired; of a window that has passed, marked so", async (t) => {
    t.at(0)
    await t.reserve("short", "a:1", 1_000)
    await t.reserve("long", "a:1", 60_000)
    expectLike((await holdsOf(t.at(999), "a")).items, [
      { id: "long", ageMs: 999 },
      { id: "short", expiresInMs: 1 }
    ])
    expectLike((await holdsOf(t.at(1_000), "a")).items, [{ id: "long", ageMs: 1_000, expiresInMs: 59_000 }])
    const window = { kind: "fixed", lengthMs: 20_000 } as const
    await t.with("f", { window }).reserve("r", "f:1", 60_000)
    t.at(20_000)
    const page = await t.subject.run(t.subject.store.holds({ account: t.id("f"), window }, { limit: 9 }), t.nowMs)
    expectLike(page.items, [{ id: "r", windowPassed: true }])
  }),
  check(group, "holds: a page of 0, of 1,001, an account without a name: InvalidInput", async (t) => {
    await holdsOf(t, "a")
    const { store } = t.subject
    for (const limit of [0, 1_001, 1.5])
      expectLike(await t.subject.failure(store.holds({ account: t.id("a") }, { limit }), t.nowMs), {
        _tag: "InvalidInput"
      })
    expectLike(await t.subject.failure(store.holds({ account: "" }, { limit: 1 }), t.nowMs), { _tag: "InvalidInput" })
  })
]

export const operatorChecks = [
  ...holds,
  check(group, "sweep changes no answer", async (t) => {
    await t.reserve("held", "a:1", 60_000)
    await t.charge("charged", "a:2")
    await t.release("marked", "a")
    const report = await t.subject.run(t.subject.store.sweep(1_000), t.nowMs)
    expectSame(
      [typeof report.entries, typeof report.accounts, typeof report.more],
      ["number", "number", "boolean"],
      "its report:"
    )
    expectLike(await t.usage("a"), { used: 2, reserved: 1 })
    expectLike(await t.reserve("held", "a:1"), { _tag: "Granted", replayed: true })
    expectLike(await t.charge("charged", "a:2"), { replayed: true })
    expectLike(await t.reserve("marked", "a:1"), { _tag: "Conflict", reason: "ended" })
  }),
  check(group, "commands of one call take effect in order, each seeing those before it", async (t) => {
    const leg = { account: t.id("a"), unit: "u", limit: 10 }
    const answers = await t.execute([
      { kind: "reserve", id: "r", ttlMs: 60_000, legs: [{ ...leg, amount: 10 }] },
      { kind: "reserve", id: "s", ttlMs: 60_000, legs: [{ ...leg, amount: 1 }] },
      { kind: "finalize", id: "r", legs: [{ ...leg, actual: 4 }] },
      { kind: "reserve", id: "s", ttlMs: 60_000, legs: [{ ...leg, amount: 6 }] },
      { kind: "reserve", id: "r", ttlMs: 60_000, legs: [{ ...leg, amount: 10 }] },
      { kind: "lookup", id: "s", legs: [leg] }
    ])
    const tags = answers.map(({ _tag }) => _tag)
    expectSame(tags, ["Granted", "Denied", "Finalized", "Granted", "Conflict", "Found"], "one outcome per command:")
  }),
  check(group, "a call without commands is answered by nothing", async (t) => {
    expectSame(await t.execute([]), [], "no outcome:")
  }),
  check(group, "usage of several accounts answers in their order, windows and all", async (t) => {
    t.with("f", { account: "a", window: { kind: "fixed", lengthMs: 3_600_000 } })
    await t.charge("c", "b:1 a:2 f:3")
    expectLike(await t.usages(["f", "nobody", "a", "b"]), [{ used: 3 }, { used: 0 }, { used: 2 }, { used: 1 }])
  }),
  check(group, "its capabilities are of those that the port knows", async (t) => {
    const { atomicOver, durable, clock, ledger } = t.subject.store.capabilities
    expectSame(["process", "partition", "database"].includes(atomicOver), true, `atomicOver "${atomicOver}":`)
    expectSame(["store", "caller"].includes(clock), true, `clock "${clock}":`)
    expectSame([typeof durable, typeof ledger], ["boolean", "boolean"], "durable and ledger:")
  }),
  check(group, "close is safe, also twice, and before its scope ends", async (t) => {
    const { subject, end } = await t.subject.another()
    await new Trial(subject, {}).charge("c", "a:1")
    await subject.run(subject.store.close, t.nowMs)
    await subject.run(subject.store.close, t.nowMs)
    await end()
    // It closed what was its own: this one goes on.
    expectSame((await t.charge("c", "a:1")).granted, true, "another store of the layer:")
  })
]
