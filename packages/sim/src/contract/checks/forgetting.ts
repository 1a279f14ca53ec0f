/**
 * Forgetting is a rule of time, to the millisecond, whether the rows are still there or not.
 */
import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

const group = "forgetting"
const HOUR_MS = 3_600_000

/** Collects whatever can be; an answer may not depend on it. */
const swept = async (t: Trial): Promise<void> => {
  await t.subject.run(t.subject.store.sweep(1_000), t.nowMs)
}
const settings = (t: Trial) => t.subject.options.settings

type Ending = readonly [what: string, end: (t: Trial) => Promise<unknown>, known: RegExp]

const settled = (
  [
    ["finalized", (t) => t.finalize("r", "a:5"), /^Conflict ended; finalized/],
    ["released", (t) => t.release("r", "a"), /^Conflict ended; released/]
  ] satisfies ReadonlyArray<Ending>
).map(([what, end, known]) =>
  check(group, `a ${what} id at settledRetention, and not a millisecond sooner`, async (t) => {
    // A stored limit keeps the account.
    await t.at(0).setLimit("l", "a", 100)
    await t.reserve("r", "a:5", 10_000)
    await end(t.at(5_000))
    t.at(5_000 + settings(t).settledRetentionMs - 1)
    await swept(t)
    expectSame(known.test(tell(await t.reserve("r", "a:5"))), true, "still known:")
    t.at(5_000 + settings(t).settledRetentionMs)
    await swept(t)
    expectLike(await t.reserve("r", "a:5"), { _tag: "Granted", replayed: false })
  })
)

export const forgettingChecks = [
  ...settled,
  check(group, "a charge and a mark at settledRetention", async (t) => {
    const { settledRetentionMs } = settings(t)
    await t.at(0).setLimit("l", "a", 100)
    await t.charge("c", "a:5")
    await t.release("m", "a")
    t.at(settledRetentionMs - 1)
    expectLike(await t.charge("c", "a:5"), { replayed: true })
    expectLike(await t.reserve("m", "a:1"), { _tag: "Conflict", reason: "ended" })
    t.at(settledRetentionMs)
    expectLike(await t.charge("c", "a:5"), { _tag: "Charged", replayed: false })
    expectLike(await t.reserve("m", "a:1"), { _tag: "Granted" })
  }),
  check(group, "an expired hold waits for its finalize until unsettledRetention after its deadline", async (t) => {
    const { unsettledRetentionMs } = settings(t)
    for (const [name, more] of [
      ["a", -1],
      ["b", 0]
    ] as const) {
      await t.at(0).setLimit("l", name, 100)
      await t.reserve("r", `${name}:5`, 10_000)
      t.at(10_000 + unsettledRetentionMs + more)
      await swept(t)
      const answer = tell(await t.finalize("r", `${name}:7`))
      expectText(answer, more < 0 ? "Finalized; finalized held 5 debited 7 over 2 late, 7+0" : "Unknown; marked, 0+0")
    }
  }),
  check(group, "an account at unsettledRetention, with its ids; born again, its revision is higher", async (t) => {
    const { unsettledRetentionMs } = settings(t)
    await t.at(0).reopen("i", "a")
    await t.charge("c", "a:0")
    const { revision } = await t.usage("a")
    t.at(unsettledRetentionMs - 1)
    expectLike(await t.reopen("i", "a"), { replayed: true })
    // The replay is no change: the account is forgotten when it would have been.
    t.at(unsettledRetentionMs)
    expectLike(await t.usage("a"), { revision: 0, unit: null, used: 0 })
    t.with("a", { unit: "v" })
    expectText(tell(await t.charge("c", "a:5")), "Charged; charged debited 5, 5+0")
    const born = await t.usage("a")
    expectLike(born, { unit: "v", used: 5, period: 0 })
    expectSame(born.revision > revision, true, "its revision is higher than before:")
    expectLike(await t.reopen("i", "a"), { replayed: false })
  }),
  check(group, "what was collected answers as what was not", async (t) => {
    const { unsettledRetentionMs } = settings(t)
    await t.at(0).reserve("r", "a:5 b:5", 10_000)
    await t.release("s", "a b")
    t.at(2 * unsettledRetentionMs + 2 * HOUR_MS)
    for (let round = 0; round < 3; round++) await swept(t)
    expectText(tell(await t.lookup("r", "a b")), "Unknown; none, 0+0; none, 0+0")
    expectText(tell(await t.reserve("s", "a:5 b:5")), "Granted; held held 5, 0+5; held held 5, 0+5")
  }),
  check(group, "what is used, closed, held or has a stored limit is not forgotten", async (t) => {
    t.at(0)
    await t.charge("c", "used:5")
    await t.close("x", "closed")
    await t.setLimit("l", "stored", 7)
    t.at(3 * settings(t).unsettledRetentionMs + 2 * HOUR_MS)
    await swept(t)
    expectLike(await t.usages(["used", "closed", "stored"]), [{ used: 5 }, { open: false }, { limit: 7 }])
  })
]
