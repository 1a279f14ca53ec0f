/**
 * Bad input: the call fails with `InvalidInput`, which names the field, and nothing is touched.
 */
import type { AccountRef, Command } from "@tallystick/core/machine"

import { check } from "../check.ts"
import { Broken, expectSame } from "../differ.ts"
import type { Trial } from "../trial.ts"
import { badChoices, badNumbers, badTexts, missing } from "./values.ts"

type Tree = Record<string, unknown>

/** A field by its path in a command that is right but for it, and values that must not be taken. */
type Field = readonly [path: string, command: Tree & { readonly kind: string }, values: ReadonlyArray<unknown>]

const leg = { account: "set by the check", unit: "u", limit: 100, amount: 5 }
const plain = { account: leg.account, unit: "u", limit: 100 }
const reserve = { kind: "reserve", id: "r", ttlMs: 1_000, legs: [leg] }
const extend = { kind: "extend", id: "r", ttlMs: 1_000, legs: [plain] }
const finalize = { kind: "finalize", id: "r", legs: [{ ...plain, actual: 5 }] }
const charge = { kind: "charge", id: "r", legs: [leg] }
const adjust = { kind: "adjust", id: "r", legs: [plain] }
const credit = { ...adjust, adjustment: { kind: "credit", amount: 5 } }
const windowed = (window: object) => ({ ...reserve, legs: [{ ...leg, window }] })
const calendar = { kind: "calendar", every: "day", timeZone: "UTC", starts: [0, 1, 2, 3] }
const every = [
  reserve,
  extend,
  finalize,
  charge,
  credit,
  { ...finalize, kind: "release" },
  { ...finalize, kind: "lookup" }
]
const positive = [...badNumbers, 0, null, ...missing]
const notNegative = badNumbers.filter((value) => value !== -1)

const fields: ReadonlyArray<Field> = [
  ["kind", reserve, [...badChoices, "Reserve", undefined]],
  ...every.flatMap((command): ReadonlyArray<Field> => [
    ["id", command, badTexts],
    ["legs[0].account", command, badTexts],
    ["legs[0].limit", command, badNumbers],
    ["legs", command, [undefined, null, [], {}, "legs", 5]],
    ["legs[0]", command, [undefined, null, "a", 5, []]]
  ]),
  ...every.slice(0, 4).map((command): Field => ["legs[0].unit", command, [...badTexts, "x".repeat(65)]]),
  ["ttlMs", reserve, [...positive, 86_400_001]],
  ["ttlMs", extend, [...badNumbers, 0, null, 86_400_001]],
  ["whenUnknown", extend, badChoices],
  ["legs[0].amount", reserve, positive],
  ["legs[0].settle", reserve, badChoices.filter((value) => value !== null)],
  ["legs[0].amount", charge, [...badNumbers, null, ...missing]],
  ["legs[0].total", extend, [...badNumbers, null]],
  ["legs[0].measured", extend, [...badNumbers, null]],
  ["legs[0].actual", finalize, [...badNumbers, null]],
  ["overage", finalize, badChoices.filter((value) => value !== null)],
  ["ifUnknown", finalize, badChoices.filter((value) => value !== null)],
  ["sentAgoMs", finalize, badNumbers],
  ["adjustment", adjust, [undefined, null, "reset", []]],
  ["adjustment.kind", credit, [...badChoices, undefined]],
  ["adjustment.amount", credit, [...notNegative, null, ...missing, -(2 ** 53)]],
  ["adjustment.limit", { ...adjust, adjustment: { kind: "setLimit", limit: 5 } }, [...badNumbers, ...missing, "none"]],
  ["legs[0].window.kind", windowed({ kind: "none" }), [...badChoices, undefined]],
  ["legs[0].window.lengthMs", windowed({ kind: "fixed", lengthMs: 5_000 }), [...positive, 999, 315_360_000_001]],
  ["legs[0].window.idleMs", windowed({ kind: "idle", idleMs: 5_000 }), [...positive, 999, 315_360_000_001]],
  ["legs[0].window.every", windowed(calendar), [...badChoices, "year", undefined]],
  ["legs[0].window.timeZone", windowed(calendar), badTexts],
  ["legs[0].window.starts", windowed(calendar), [undefined, null, [0, 1, 2], [0, 2, 2, 3], [3, 2, 1, 0], "0123"]],
  ["legs[0].window.starts[3]", windowed(calendar), [1e300, "9", null, 9.5]],
  ["legs[0].warnAt", reserve, [null, 80, {}, { amount: 1, basisPoints: 1 }]],
  ["legs[0].warnAt.amount", { ...reserve, legs: [{ ...leg, warnAt: { amount: 1 } }] }, [...badNumbers, null]],
  [
    "legs[0].warnAt.basisPoints",
    { ...reserve, legs: [{ ...leg, warnAt: { basisPoints: 1 } }] },
    [...badNumbers, 10_001]
  ]
]

/** A copy of a value with another one at a path. */
const put = (target: unknown, path: ReadonlyArray<string>, value: unknown): unknown => {
  const [head, ...rest] = path
  if (head === undefined) return value
  const copy = (Array.isArray(target) ? [...(target as ReadonlyArray<unknown>)] : { ...(target as Tree) }) as Tree
  copy[head] = put(copy[head], rest, value)
  return copy
}
const partsOf = (path: string): ReadonlyArray<string> => path.split(/[.[\]]+/).filter((part) => part !== "")

const show = (value: unknown): string =>
  typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? String(value))

/** It must fail, and name the field; of several commands the field may say which. */
const refused = async (t: Trial, commands: ReadonlyArray<unknown>, field: string, value: unknown): Promise<void> => {
  const { store } = t.subject
  const error = await t.subject.failure(store.execute(commands as ReadonlyArray<Command>), t.nowMs)
  if (error._tag === "InvalidInput" && error.field.endsWith(field) && error.message !== "") return
  throw new Broken(
    `${field} was ${show(value).slice(0, 80)}: it had to fail with InvalidInput of that field, and failed with ${error._tag}: ${error.message}`
  )
}

const untouched = async (t: Trial, act: (account: string) => Promise<void>): Promise<void> => {
  await t.charge("before", "a:3")
  const before = await t.usage("a")
  await act(t.id("a"))
  // The same Book, so nothing happened; but a clock of the store's own goes on.
  const { timeMs, ...after } = await t.usage("a")
  expectSame({ ...after, timeMs: before.timeMs }, before, `${timeMs - before.timeMs} ms later something had changed:`)
}

const fieldChecks = fields.map(([path, command, values]) =>
  check("bad input", `${path} of ${command.kind}`, (t) =>
    untouched(t, async (account) => {
      const right = put(command, partsOf("legs[0].account"), account)
      for (const value of values) {
        const wrong = put(right, partsOf(path), value)
        await refused(t, [wrong], path, value)
        // The first of two is right, and must not take effect either.
        const first = { kind: "charge", id: "first", legs: [{ ...leg, account }] }
        await refused(t, [first, wrong], path, value)
      }
    })
  )
)

export const inputChecks = [
  ...fieldChecks,
  check("bad input", "17 legs, an account twice, two units for one account, two accounts of an adjustment", (t) =>
    untouched(t, async (account) => {
      const of = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ ...leg, account: id }))
      const many = Array.from({ length: 17 }, (_, index) => t.id(`m${index}`))
      await refused(t, [{ ...reserve, legs: of(...many) }], "legs", "17")
      await refused(t, [{ ...reserve, legs: of(account, t.id("b"), account) }], "legs[2].account", account)
      const units = [
        { ...leg, account },
        { ...leg, account, unit: "v" }
      ]
      await refused(t, [{ ...reserve, legs: units }], "legs[1].unit", "v")
      await refused(t, [{ ...credit, legs: of(account, t.id("b")) }], "legs", "2")
    })
  ),
  check("bad input", "of commands and of reads", async (t) => {
    const { store } = t.subject
    for (const wrong of [null, undefined, "reserve", 5, []])
      await refused(t, [wrong], "command", wrong).catch(() => refused(t, [wrong], "", wrong))
    for (const refs of [[{ account: "" }], [{ account: t.id("a"), limit: -1 }], [], [null], "a", null]) {
      const error = await t.subject.failure(store.usage(refs as unknown as ReadonlyArray<AccountRef>), t.nowMs)
      expectSame(error._tag, "InvalidInput", `usage of ${show(refs)}:`)
    }
  }),
  check("bad input", "the edges are taken: 16 legs, ids of 256 characters, a ttl of 24 h, -0 as 0", async (t) => {
    const many = Array.from({ length: 16 }, (_, index) => ({ ...leg, account: t.id(`m${index}`) }))
    expectSame((await t.send({ ...reserve, ttlMs: 86_400_000, legs: many })).granted, true, "16 legs:")
    const long = {
      ...reserve,
      id: "x".repeat(256),
      ttlMs: 1,
      legs: [{ ...leg, account: t.id("b"), unit: "x".repeat(64) }]
    }
    expectSame((await t.send(long)).granted, true, "an id of 256 characters:")
    const zero = { kind: "charge", id: "z", legs: [{ ...leg, account: t.id("a"), amount: -0 }] }
    const { store } = t.subject
    const [answer] = await t.subject.run(store.execute([zero as unknown as Command]), t.nowMs)
    expectSame(answer?.legs[0]?.debited, 0, "-0:")
  })
]
