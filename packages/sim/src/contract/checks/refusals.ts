/**
 * One check for each reason to refuse a reserve or a charge, in the order of precedence. Each case fails the rank that it names and, where it can, every
 * later one too.
 */
import type { Outcome } from "@tallystick/core/machine"

import { check } from "../check.ts"
import { expectLike } from "../differ.ts"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

const MAX = Number.MAX_SAFE_INTEGER

/** An account "z" that fails every rank from `unit` on, closed or not; its unit is "v", its limit stored. */
const spoiled = async (t: Trial, how: { closed?: boolean; limit?: number | null } = {}): Promise<Trial> => {
  t.with("z", { unit: "v", limit: "none" })
  await t.setLimit("l", "z", how.limit === undefined ? 1 : how.limit)
  if (how.limit === null) await t.charge("c", `z:${MAX}`)
  if (how.closed === true) await t.close("x", "z")
  return t.with("z", { unit: "u" })
}

type Case = readonly [wins: string, act: (t: Trial) => Promise<Outcome>, answer: string]

const ids: ReadonlyArray<Case> = [
  [
    "a replay before every rank: closed, no room",
    async (t) => {
      await t.reserve("r", "a:5")
      await t.close("x", "a")
      return t.with("a", { limit: 0 }).reserve("r", "a:5")
    },
    "Granted again; held held 5, 0+5"
  ],
  [
    "conflict ended before legs and content",
    async (t) => {
      await t.reserve("r", "a:5 b:5")
      await t.release("r", "a b")
      return t.reserve("r", "a:6")
    },
    "Conflict ended; released held 5, 0+0"
  ],
  [
    "conflict legs before content",
    async (t) => {
      await t.reserve("r", "a:5 b:5")
      return t.reserve("r", "a:6")
    },
    "Conflict legs; held held 5, 0+5"
  ],
  [
    "conflict content before every rank",
    async (t) => {
      await t.reserve("r", "a:5")
      await t.close("x", "a")
      return t.reserve("r", "a:6")
    },
    "Conflict content; held held 5, 0+5"
  ]
]

const ranks: ReadonlyArray<Case> = [
  [
    "unknown before closed, unit and limit, on another leg",
    async (t) => (await spoiled(t, { closed: true })).reserve("r", "z:5 none:5"),
    "Denied unknown; none, 0+0; none, 0+0"
  ],
  [
    "unknown before closed, on the same leg",
    async (t) => {
      await t.with("none", { limit: 9 }).close("x", "none")
      return t.with("none", { limit: "none" }).reserve("r", "none:5")
    },
    "Denied unknown; none, 0+0"
  ],
  [
    "closed before unit and limit",
    async (t) => (await spoiled(t, { closed: true })).reserve("r", "z:5"),
    "Denied closed; none, 0+0"
  ],
  [
    "closed before unit, on another leg",
    async (t) => {
      await (await spoiled(t)).close("x", "a")
      return t.reserve("r", "z:5 a:5")
    },
    "Denied closed; none, 0+0; none, 0+0"
  ],
  ["unit before limit", async (t) => (await spoiled(t)).reserve("r", "z:5"), "Denied unit; none, 0+0"],
  [
    "unit before overflow",
    async (t) => (await spoiled(t, { limit: null })).reserve("r", "z:5"),
    `Denied unit; none, ${MAX}+0`
  ],
  [
    "overflow before limit, on another leg",
    async (t) => {
      await t.charge("c", `free:${MAX}`)
      return t.reserve("r", "a:101 free:1")
    },
    `Denied overflow; none, 0+0; none, ${MAX}+0`
  ],
  [
    "limit, not overflow, where there is a limit",
    async (t) => {
      await t.charge("c", `a:${MAX}`)
      return t.reserve("r", `a:${MAX}`)
    },
    `Denied limit; none, ${MAX}+0`
  ],
  ["limit, by one", (t) => t.reserve("r", "a:101 b:100"), "Denied limit; none, 0+0; none, 0+0"],
  ["a charge: unknown", (t) => t.charge("r", "none:5"), "Denied unknown; none, 0+0"],
  ["a charge: unit", async (t) => (await spoiled(t)).charge("r", "z:5"), "Denied unit; none, 0+0"],
  [
    "a charge: closed",
    async (t) => (await spoiled(t, { closed: true })).charge("r", "z:5"),
    "Denied closed; none, 0+0"
  ],
  [
    "a charge: overflow, also with a limit",
    async (t) => {
      await t.charge("c", `a:${MAX}`)
      return t.charge("r", "a:1")
    },
    `Denied overflow; none, ${MAX}+0`
  ]
]

const terms = { none: { limit: "none" }, free: { limit: null } } as const

const told = (group: string, list: ReadonlyArray<Case>) =>
  list.map(([wins, act, answer]) => check(group, wins, async (t) => expectText(tell(await act(t)), answer), terms))

export const refusalChecks = [
  ...told("refusals: the id", ids),
  ...told("refusals: the ranks", ranks),
  check(
    "refusals: the ranks",
    "a denial names every account of its rank in byte order, what was asked and left",
    async (t) => {
      t.with("b", { window: { kind: "fixed", lengthMs: 20_000 }, account: "a" })
      await t.reserve("s", "a:99 b:98", 10_000)
      const denied = await t.reserve("r", "b:5 a:5 c:5")
      expectText(tell(denied), "Denied limit; none, 0+98; none, 0+99; none, 0+0")
      const refusals = [
        { account: t.id("a"), window: { kind: "fixed" }, unit: "u", asked: 5, left: 2, limit: 100 },
        { account: t.id("a"), window: { kind: "none" }, unit: "u", asked: 5, left: 1, limit: 100 }
      ]
      expectLike(denied, { granted: false, replayed: false, refusals })
    }
  ),
  check("refusals: the ranks", "a denial leaves no amount, no entry, and does not make an account known", async (t) => {
    await t.reserve("r", "a:101 b:1")
    expectLike(await t.usage("b"), { used: 0, reserved: 0, unit: null, revision: 0 })
    expectText(tell(await t.reserve("r", "a:100 b:2")), "Granted; held held 100, 0+100; held held 2, 0+2")
  })
]
