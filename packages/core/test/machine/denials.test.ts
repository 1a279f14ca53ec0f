/**
 * What a denial says: whom it names, and when trying again can help.
 */
import { describe, expect, test } from "vitest"

import { given } from "./given.ts"
import type { World } from "./given.ts"

test("a denial names every account of the rank, in byte order of the ids", () => {
  // U+1F600 sorts below U+FF5E by UTF-16 units and above it by bytes.
  const w = given({ x: { account: "\u{1F600}", limit: 3 }, y: { account: "\uFF5E", limit: 3 }, b: { limit: 3 } })
  w.charge("c", "b:1")
  expect(w.reserve("r", "x:4 a:4 y:5 b:3")).toMatchObject({
    _tag: "Denied",
    reason: "limit",
    refusals: [
      { account: "b", unit: "u", asked: 3, left: 2, limit: 3 },
      { account: "\uFF5E", unit: "u", asked: 5, left: 3, limit: 3 },
      { account: "\u{1F600}", unit: "u", asked: 4, left: 3, limit: 3 }
    ]
  })
})

describe("when trying again can help", () => {
  const window = { kind: "fixed", lengthMs: 60_000 } as const
  test.each<readonly [string, (w: World) => ReturnType<World["run"]>, number | null]>([
    ["never, if the amount is above the limit", (w) => w.reserve("r", "f:101"), null],
    [
      "the end of the window, if used + amount is above",
      (w) => (w.charge("c", "f:50"), w.reserve("r", "f:51")),
      50_000
    ],
    ["never, if there is no window", (w) => (w.charge("c", "a:50"), w.reserve("r", "a:51")), null],
    [
      "else the first deadline",
      (w) => (w.reserve("h", "f:50", 40_000), w.reserve("g", "f:1", 5_000), w.reserve("r", "f:51")),
      5_000
    ],
    [
      "or the end of the window, if that is before",
      (w) => (w.reserve("h", "f:50", 60_000), w.reserve("r", "f:51")),
      50_000
    ],
    [
      "the latest counts",
      (w) => (w.reserve("h", "f:50 a:50", 7_000), w.reserve("g", "f:1", 5_000), w.reserve("r", "f:50 a:51")),
      7_000
    ],
    ["never wins", (w) => (w.reserve("h", "f:50", 7_000), w.reserve("r", "f:51 a:101")), null],
    [
      "growth: as for a reserve of the new total",
      (w) => (w.charge("c", "f:50"), w.reserve("r", "f:20"), w.extend("r", "f:51")),
      50_000
    ]
  ])("%s", (_, act, retryInMs) => {
    const answer = act(given({ f: { window } }).at(10_000))
    const denial = answer._tag === "Extended" ? answer.denial : answer
    expect(denial).toMatchObject({ reason: "limit", retryInMs })
  })
})
