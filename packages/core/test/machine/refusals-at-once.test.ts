/**
 * One test per reason to refuse, in the order of precedence, of what holds nothing. Each case fails the rank that it names and, where it can, every later one too.
 */
import { describe, expect, test } from "vitest"

import { given, tell } from "./given.ts"
import type { World } from "./given.ts"
import { cases, MAX, spoiled } from "./refused.ts"

describe("charge", () => {
  cases([
    [
      "a replay before every rank",
      (w) => (w.charge("r", "a:5"), w.close("x", "a"), w.charge("r", "a:5")),
      "Charged again; charged debited 5, 5+0"
    ],
    [
      "conflict before every rank",
      (w) => (w.charge("r", "a:5"), w.close("x", "a"), w.charge("r", "a:6")),
      "Conflict content; charged debited 5, 5+0"
    ],
    [
      "unknown before closed",
      (w) => spoiled(w, { closed: true }).charge("r", "z:5 none:5"),
      "Denied unknown; none, 0+0; none, 0+0"
    ],
    ["closed before unit", (w) => spoiled(w, { closed: true }).charge("r", "z:5"), "Denied closed; none, 0+0"],
    ["unit before overflow", (w) => spoiled(w, { limit: null }).charge("r", "z:5"), `Denied unit; none, ${MAX}+0`],
    [
      "overflow, also where there is a limit",
      (w) => (w.charge("c", `a:${MAX}`), w.charge("r", "a:1")),
      `Denied overflow; none, ${MAX}+0`
    ]
  ])
  test("never for lack of room", () => {
    const w = given({ a: { limit: 0 } })
    expect(tell(w.charge("r", "a:7"))).toBe("Charged; charged debited 7, 7+0")
    expect(w.usage("a")).toMatchObject({ debt: 7, spendable: 0, status: "blocked" })
  })
})

describe("an unreserved finalize", () => {
  const charge = { ifUnknown: "charge" }
  cases([
    [
      "content before undecidable",
      (w) => (w.finalize("r", "a:5", charge), w.finalize("r", "a:6", { ...charge, sentAgoMs: 3_600_000 })),
      "Conflict content; finalized debited 5 over 5 unreserved, 5+0"
    ],
    [
      "undecidable before every rank",
      (w) => w.finalize("r", "none:5", { ...charge, sentAgoMs: 3_540_000 }),
      "Undecidable; none, 0+0"
    ],
    [
      "unknown before unit",
      (w) => spoiled(w).finalize("r", "z:5 none:5", charge),
      "Denied unknown; none, 0+0; none, 0+0"
    ],
    [
      "closed does not matter",
      (w) => (w.close("x", "a"), w.finalize("r", "a:5", charge)),
      "Finalized; finalized debited 5 over 5 unreserved, 5+0"
    ],
    [
      "unit before overflow",
      (w) => spoiled(w, { limit: null }).finalize("r", "z:5", charge),
      `Denied unit; none, ${MAX}+0`
    ],
    ["overflow", (w) => (w.charge("c", `a:${MAX}`), w.finalize("r", "a:1", charge)), `Denied overflow; none, ${MAX}+0`]
  ])
})

describe("adjust", () => {
  const adjusted = { limit: "none" } as const
  test.each<readonly [string, (w: World) => ReturnType<World["run"]>, string]>([
    [
      "a replay before every rank",
      (w) => (w.setLimit("i", "z", 9), w.with("z", { unit: "v" }).setLimit("i", "z", 9)),
      "Adjusted again; 0+0"
    ],
    [
      "conflict before every rank",
      (w) => (w.setLimit("i", "z", 9), w.with("z", { unit: "v" }).setLimit("i", "z", 8)),
      "Conflict content; 0+0"
    ],
    [
      "unit before limit",
      (w) => (w.close("x", "z"), w.with("z", { unit: "v" }).credit("i", "z", 5)),
      "Denied unit; 0+0"
    ],
    [
      "unit is required where there is none",
      (w) => w.with("z", { unit: undefined }).setLimit("i", "z", 5),
      "Denied unit; 0+0"
    ],
    ["a credit without a stored limit", (w) => w.credit("i", "z", 5), "Denied limit; 0+0"],
    [
      "a credit of an unlimited account",
      (w) => (w.setLimit("l", "z", null), w.credit("i", "z", 5)),
      "Denied limit; 0+0"
    ],
    ["a credit below 0", (w) => (w.setLimit("l", "z", 5), w.credit("i", "z", -6)), "Denied limit; 0+0"],
    ["a credit above 2^53 - 1", (w) => (w.setLimit("l", "z", MAX), w.credit("i", "z", 1)), "Denied overflow; 0+0"]
  ])("%s", (_, act, answer) => {
    expect(tell(act(given({ z: adjusted })))).toBe(answer)
  })
})
