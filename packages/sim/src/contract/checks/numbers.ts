/**
 * Amounts at their edges come back exact, and what cannot be counted is refused.
 */
import { check } from "../check.ts"
import { expectLike, expectSame } from "../differ.ts"
import { expectText, tell } from "../tell.ts"

const MAX = Number.MAX_SAFE_INTEGER
const group = "numbers"
const terms = { a: { limit: null }, b: { limit: MAX } } as const

// Numbers that a float of 32 bits, "%.14g", or a JSON library that rounds would change.
const exact = [MAX, MAX - 1, 10 ** 15 + 1, 2 ** 52 + 1, 2 ** 32 + 1, 2 ** 31].map((amount) =>
  check(
    group,
    `${amount} comes back exact from every command`,
    async (t) => {
      for (const name of ["a", "b"]) {
        expectText(tell(await t.reserve("r", `${name}:${amount}`)), `Granted; held held ${amount}, 0+${amount}`)
        await t.finalize("r", `${name}:${amount}`)
        expectSame(await t.sums(name), `${amount}+0`, "finalized:")
        await t.reset("i", name)
        await t.reserve("g", `${name}:1`)
        expectLike((await t.extend("g", `${name}:${amount}~${amount}`)).legs, [{ held: amount, measured: amount }])
        await t.release("g", name)
        expectSame(await t.sums(name), `${amount}+0`, "released at what was measured:")
        await t.reset("j", name)
        expectText(tell(await t.charge("c", `${name}:${amount}`)), `Charged; charged debited ${amount}, ${amount}+0`)
        await t.setLimit("l", name, 0)
        await t.credit("k", name, amount)
        expectLike(await t.usage(name), { used: amount, limit: amount, spendable: 0, debt: 0, status: "blocked" })
        await t.credit("m", name, -amount)
        expectLike(await t.usage(name), { limit: 0, debt: amount })
        await t.setLimit("n", name, amount)
        expectLike(await t.usage(name), { limit: amount, debt: 0 })
      }
    },
    terms
  )
)

const overflow = [
  check(
    group,
    "used + reserved above 2^53 - 1 is refused by every command, and changes nothing",
    async (t) => {
      await t.reserve("r", `a:${MAX}`)
      expectText(tell(await t.reserve("s", "a:1")), `Denied overflow; none, 0+${MAX}`)
      expectText(tell(await t.charge("s", "a:1")), `Denied overflow; none, 0+${MAX}`)
      expectText(tell(await t.finalize("s", "a:1", { ifUnknown: "charge" })), `Denied overflow; none, 0+${MAX}`)
      expectText(tell(await t.finalize("r", `a:${MAX}`)), `Finalized; finalized held ${MAX} debited ${MAX}, ${MAX}+0`)
    },
    terms
  ),
  check(
    group,
    "an ending that would pass it is refused, and its hold stays",
    async (t) => {
      await t.reserve("r", "a:5")
      await t.charge("c", `a:${MAX - 5}`)
      expectText(tell(await t.finalize("r", "a:6")), `Denied overflow; held held 5, ${MAX - 5}+5`)
      expectText(tell(await t.finalize("r", "a:5")), `Finalized; finalized held 5 debited 5, ${MAX}+0`)
    },
    terms
  )
]

type Case = readonly [limit: number | null, used: number, reserved: number, warnAt: number | undefined, numbers: object]

const statuses = (
  [
    [100, 79, 0, undefined, { spendable: 21, debt: 0, status: "ok" }],
    [100, 79, 1, undefined, { spendable: 20, debt: 0, status: "warning" }],
    [100, 99, 1, undefined, { spendable: 0, debt: 0, status: "blocked" }],
    [100, 150, 0, undefined, { spendable: 0, debt: 50, status: "blocked" }],
    [0, 0, 0, undefined, { spendable: 0, debt: 0, status: "blocked" }],
    [null, MAX, 0, undefined, { spendable: null, debt: 0, status: "ok" }],
    [100, 33, 0, 3_333, { status: "ok" }],
    [100, 34, 0, 3_333, { status: "warning" }],
    [100, 0, 0, 0, { status: "warning" }],
    [MAX, MAX - 1, 0, 10_000, { spendable: 1, status: "ok" }],
    // ceil((2^53 - 1) * 7777 / 10000), exactly
    [MAX, 7_004_898_860_412_068, 0, 7_777, { status: "ok" }],
    [MAX, 7_004_898_860_412_069, 0, 7_777, { status: "warning" }]
  ] satisfies ReadonlyArray<Case>
).map(([limit, used, reserved, basisPoints, numbers]) =>
  check(group, `limit ${limit}, used ${used}, reserved ${reserved}, warning at ${basisPoints ?? "80 %"}`, async (t) => {
    await t.charge("c", `x:${used}`)
    if (reserved > 0) await t.reserve("r", `x:${reserved}`)
    t.with("x", basisPoints === undefined ? { limit } : { limit, warnAt: { basisPoints } })
    expectLike(await t.usage("x"), { ...numbers, used, reserved })
    expectLike((await t.lookup("c", "x")).accounts, [{ ...numbers, used, reserved }])
    // Commands say the same as reads.
    expectLike((await t.charge("d", "x:0")).accounts, [numbers])
  })
)

export const numberChecks = [
  ...exact,
  ...overflow,
  ...statuses,
  check(group, "warnAt by an amount, also without a limit", async (t) => {
    t.with("x", { limit: null, warnAt: { amount: 10 } })
    await t.charge("c", "x:9")
    expectLike(await t.usage("x"), { status: "ok" })
    await t.charge("d", "x:1")
    expectLike(await t.usage("x"), { status: "warning" })
  }),
  check(group, "an account that no one limits is not known, and its numbers are 0", async (t) => {
    await t.charge("c", "x:9")
    t.with("x", { limit: "none" })
    expectLike(await t.usage("x"), {
      known: false,
      used: 0,
      limit: null,
      limitFrom: "none",
      status: "blocked",
      unit: "u"
    })
    expectLike(await t.usage("y"), { known: true, used: 0, limit: 100, revision: 0 })
  })
]
