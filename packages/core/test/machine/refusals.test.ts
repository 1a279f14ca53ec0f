/**
 * One test per reason to refuse, in the order of precedence. Each case fails the rank that it names and, where it can, every later one too.
 */
import { describe, expect, test } from "vitest"

import { given } from "./given.ts"
import type { World } from "./given.ts"
import { cases, MAX, spoiled } from "./refused.ts"

describe("reserve", () => {
  cases([
    [
      "invalid input before the id",
      (w) => {
        w.reserve("r", "a:5")
        expect(() => w.reserve("r", "a:0")).toThrow(
          "legs[0].amount must be an integer from 1 to 9007199254740991, was 0"
        )
        return w.lookup("r", "a")
      },
      "Found; held held 5, 0+5"
    ],
    [
      "a replay before every rank: closed, no room",
      (w) => {
        w.reserve("r", "a:5")
        w.close("x", "a")
        return w.with("a", { limit: 0 }).reserve("r", "a:5")
      },
      "Granted again; held held 5, 0+5"
    ],
    [
      "conflict ended before legs and content",
      (w) => {
        w.reserve("r", "a:5 b:5")
        w.release("r", "a b")
        return w.reserve("r", "a:6")
      },
      "Conflict ended; released held 5, 0+0"
    ],
    [
      "conflict legs before content",
      (w) => {
        w.reserve("r", "a:5 b:5")
        return w.reserve("r", "a:6")
      },
      "Conflict legs; held held 5, 0+5"
    ],
    [
      "conflict content before every rank",
      (w) => {
        w.reserve("r", "a:5")
        w.close("x", "a")
        return w.reserve("r", "a:6")
      },
      "Conflict content; held held 5, 0+5"
    ],
    [
      "unknown before closed, unit and limit, on another leg",
      (w) => spoiled(w, { closed: true }).reserve("r", "z:5 none:5"),
      "Denied unknown; none, 0+0; none, 0+0"
    ],
    [
      "unknown before closed, on the same leg",
      (w) => {
        w.with("none", { limit: 9 }).close("x", "none")
        return w.with("none", { limit: "none" }).reserve("r", "none:5")
      },
      "Denied unknown; none, 0+0"
    ],
    [
      "closed before unit and limit",
      (w) => spoiled(w, { closed: true }).reserve("r", "z:5"),
      "Denied closed; none, 0+0"
    ],
    [
      "closed before unit, on another leg",
      (w) => {
        spoiled(w).close("x", "a")
        return w.reserve("r", "z:5 a:5")
      },
      "Denied closed; none, 0+0; none, 0+0"
    ],
    ["unit before limit", (w) => spoiled(w).reserve("r", "z:5"), "Denied unit; none, 0+0"],
    ["unit before overflow", (w) => spoiled(w, { limit: null }).reserve("r", "z:5"), `Denied unit; none, ${MAX}+0`],
    [
      "overflow before limit, on another leg",
      (w) => {
        w.charge("c", `free:${MAX}`)
        return w.reserve("r", "a:101 free:1")
      },
      `Denied overflow; none, 0+0; none, ${MAX}+0`
    ],
    [
      "limit, not overflow, where there is a limit",
      (w) => {
        w.charge("c", `a:${MAX}`)
        return w.reserve("r", `a:${MAX}`)
      },
      `Denied limit; none, ${MAX}+0`
    ],
    ["limit, by one", (w) => w.reserve("r", "a:101 b:100"), "Denied limit; none, 0+0; none, 0+0"]
  ])
})

describe("growth", () => {
  const window = { kind: "fixed", lengthMs: 20_000 } as const
  /** "z" holds 5 by r, and is then spoiled in the ways asked for; "f" has a window. */
  const holding = (w: World): World => {
    w.with("f", { window }).with("z", { unit: "u", limit: 6 })
    w.reserve("r", "f:5 z:5 free:5", 60_000)
    return w
  }
  cases([
    [
      "ended before legs",
      (w) => {
        holding(w).release("r", "f z free")
        return w.extend("r", "f:9")
      },
      "Ended; released held 5, 0+0"
    ],
    [
      "legs before every rank",
      (w) => holding(w).extend("r", "f:9 z:900"),
      "Conflict legs; held held 5, 0+5; held held 5, 0+5"
    ],
    [
      "window passed before unknown, closed, unit and limit",
      (w) => {
        holding(w).close("x", "z")
        w.at(20_000).charge("c", "f:0")
        return w.with("z", { limit: "none" }).extend("r", "f z:900 free")
      },
      "Extended not grown; held held 5 passed, 0+0; held held 5, 0+0; held held 5, 0+5"
    ],
    [
      "unknown before closed",
      (w) => {
        holding(w).close("x", "free")
        return w.with("z", { limit: "none" }).extend("r", "f z:9 free:9")
      },
      "Extended not grown; held held 5, 0+5; held held 5, 0+0; held held 5, 0+5"
    ]
  ])
  const denialOf = (answer: ReturnType<World["run"]>) =>
    answer._tag === "Extended" && answer.denial !== null
      ? [answer.denial.reason, ...answer.denial.refusals.map((one) => `${one.account}:${one.asked}`)].join(" ")
      : answer._tag

  test.each<readonly [string, (w: World) => World, legs: string, denial: string]>([
    [
      "window passed before all others, naming also legs that do not grow",
      (w) => {
        w.close("x", "z")
        return w.at(20_000).with("z", { limit: "none", unit: "v" })
      },
      "f z:900 free",
      "windowPassed f:0"
    ],
    [
      "unknown before closed",
      (w) => (w.close("x", "free"), w.with("z", { limit: "none" })),
      "f z:9 free:9",
      "unknown z:4"
    ],
    ["closed before unit", (w) => (w.close("x", "free"), w.with("z", { unit: "v" })), "f z:9 free:9", "closed free:4"],
    [
      "unit before overflow",
      (w) => (w.charge("c", `free:${MAX - 5}`), w.with("z", { unit: "v" })),
      "f z:9 free:6",
      "unit z:4"
    ],
    ["overflow before limit", (w) => (w.charge("c", `free:${MAX - 5}`), w), "f z:9 free:6", "overflow free:1"],
    ["limit", (w) => w, "f:101 z:7 free:900", "limit f:96 z:2"],
    ["a closed account that does not grow denies nothing", (w) => (w.close("x", "z"), w), "f:9 z free", "Extended"]
  ])("%s", (_, spoil, legs, denial) => {
    const w = spoil(holding(given({ free: { limit: null } })))
    expect(denialOf(w.extend("r", legs))).toBe(denial)
  })
})
