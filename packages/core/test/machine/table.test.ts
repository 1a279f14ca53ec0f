/**
 * The table of MACHINE.md, cell by cell: what each command answers in each state, what the account's sums are then, and which changes it made.
 * Worked out by hand. Account "a", limit 100, nothing else in it.
 */
import { describe, expect, test } from "vitest"

import { causes, given, tell } from "./given.ts"
import type { World } from "./given.ts"

/** How "r" came into each state by 5,000 ms. The hold is of 5, with a deadline at 10,000; a late command comes at 20,000. */
const states = {
  none: (w: World) => w.at(5_000),
  marked: (w: World) => void w.at(5_000).release("r", "a"),
  held: (w: World) => void w.reserve("r", "a:5"),
  measured: (w: World) => {
    w.reserve("r", "a:5")
    w.extend("r", "a:~3")
  },
  finalized: (w: World) => {
    w.reserve("r", "a:5")
    w.finalize("r", "a:7")
  },
  released: (w: World) => {
    w.reserve("r", "a:5")
    w.release("r", "a")
  },
  expired: (w: World) => {
    w.reserve("r", "a:5")
    w.extend("r", "a:~3")
    w.at(20_000)
  },
  charged: (w: World) => void w.charge("r", "a:5")
}

type Case = readonly [
  state: keyof typeof states,
  command: (w: World) => ReturnType<World["run"]>,
  answer: string,
  changes: string
]

const table = (cases: ReadonlyArray<Case>) =>
  test.each(cases.map(([state, command, answer, changes]) => [state, answer, changes, command] as const))(
    "%s: %s",
    (state, answer, changes, command) => {
      const w = given()
      states[state](w)
      expect(tell(command(w))).toBe(answer)
      expect(causes(w)).toBe(changes)
    }
  )

describe("reserve", () => {
  table([
    ["none", (w) => w.reserve("r", "a:5"), "Granted; held held 5, 0+5", "reserved"],
    ["none", (w) => w.reserve("r", "a:100"), "Granted; held held 100, 0+100", "reserved"],
    ["none", (w) => w.reserve("r", "a:101"), "Denied limit; none, 0+0", ""],
    ["marked", (w) => w.reserve("r", "a:5"), "Conflict ended; marked, 0+0", ""],
    ["held", (w) => w.reserve("r", "a:5"), "Granted again; held held 5, 0+5", ""],
    ["held", (w) => w.reserve("r", "a:5", 99_000), "Granted again; held held 5, 0+5", ""],
    ["held", (w) => w.reserve("r", "a:6"), "Conflict content; held held 5, 0+5", ""],
    ["held", (w) => w.reserve("r", "a:5/held"), "Conflict content; held held 5, 0+5", ""],
    ["held", (w) => w.with("a", { unit: "v" }).reserve("r", "a:5"), "Conflict content; held held 5, 0+5", ""],
    ["held", (w) => w.with("a", { limit: 7 }).reserve("r", "a:5"), "Granted again; held held 5, 0+5", ""],
    ["held", (w) => w.reserve("r", "a:5 b:5"), "Conflict legs; held held 5, 0+5; none, 0+0", ""],
    ["finalized", (w) => w.reserve("r", "a:5"), "Conflict ended; finalized held 5 debited 7 over 2, 7+0", ""],
    ["released", (w) => w.reserve("r", "a:5"), "Conflict ended; released held 5, 0+0", ""],
    ["expired", (w) => w.reserve("r", "a:5"), "Conflict ended; expired held 5 measured 3 debited 3, 3+0", "expired"],
    ["charged", (w) => w.reserve("r", "a:5"), "Conflict ended; charged debited 5, 5+0", ""]
  ])
})

describe("extend", () => {
  table([
    ["none", (w) => w.extend("r", "a:9"), "Unknown; none, 0+0", ""],
    ["marked", (w) => w.extend("r", "a:9"), "Ended; marked, 0+0", ""],
    ["held", (w) => w.extend("r", "a", { ttlMs: 60_000 }), "Extended; held held 5, 0+5", "extended"],
    ["held", (w) => w.extend("r", "a", { ttlMs: 1_000 }), "Extended again; held held 5, 0+5", ""],
    ["held", (w) => w.extend("r", "a:~3"), "Extended; held held 5 measured 3, 0+5", "extended"],
    ["held", (w) => w.extend("r", "a:~0"), "Extended; held held 5 measured 0, 0+5", "extended"],
    ["held", (w) => w.extend("r", "a:9"), "Extended; held held 9, 0+9", "extended"],
    ["held", (w) => w.extend("r", "a:4"), "Extended again; held held 5, 0+5", ""],
    ["held", (w) => w.extend("r", "a:101"), "Extended not grown; held held 5, 0+5", ""],
    ["held", (w) => w.extend("r", "a:101~8"), "Extended not grown; held held 5 measured 8, 0+5", "extended"],
    ["held", (w) => w.extend("r", "a", { whenUnknown: "refund" }), "Extended; held held 5, 0+5", "extended"],
    ["held", (w) => w.extend("r", "a:9 b"), "Ended; held held 5, 0+5; none, 0+0", ""],
    ["measured", (w) => w.extend("r", "a:~3"), "Extended again; held held 5 measured 3, 0+5", ""],
    ["measured", (w) => w.extend("r", "a:~2"), "Extended again; held held 5 measured 3, 0+5", ""],
    ["finalized", (w) => w.extend("r", "a:9"), "Ended; finalized held 5 debited 7 over 2, 7+0", ""],
    ["released", (w) => w.extend("r", "a:9"), "Ended; released held 5, 0+0", ""],
    ["expired", (w) => w.extend("r", "a:9"), "Ended; expired held 5 measured 3 debited 3, 3+0", "expired"],
    ["charged", (w) => w.extend("r", "a:9"), "Conflict ended; charged debited 5, 5+0", ""]
  ])
})

describe("finalize", () => {
  const charge = { ifUnknown: "charge" }
  table([
    ["none", (w) => w.finalize("r", "a:7"), "Unknown; marked, 0+0", "marked"],
    [
      "none",
      (w) => w.finalize("r", "a:7", charge),
      "Finalized; finalized debited 7 over 7 unreserved, 7+0",
      "finalized"
    ],
    ["marked", (w) => w.finalize("r", "a:7"), "Unknown; marked, 0+0", ""],
    [
      "marked",
      (w) => w.finalize("r", "a:7", charge),
      "Finalized; finalized debited 7 over 7 unreserved, 7+0",
      "finalized"
    ],
    ["held", (w) => w.finalize("r", "a:7"), "Finalized; finalized held 5 debited 7 over 2, 7+0", "finalized"],
    ["held", (w) => w.finalize("r", "a:2"), "Finalized; finalized held 5 debited 2, 2+0", "finalized"],
    ["held", (w) => w.finalize("r", "a:0"), "Finalized; finalized held 5, 0+0", "finalized"],
    ["held", (w) => w.finalize("r", "a:150"), "Finalized; finalized held 5 debited 150 over 145, 150+0", "finalized"],
    [
      "held",
      (w) => w.finalize("r", "a:150", { overage: "cap" }),
      "Finalized; finalized held 5 debited 100 over 95 unbilled 50, 100+0",
      "finalized"
    ],
    ["held", (w) => w.finalize("r", "a"), "Conflict legs; held held 5, 0+5", ""],
    ["held", (w) => w.finalize("r", "a:7 b:7"), "Conflict legs; held held 5, 0+5; none, 0+0", ""],
    ["measured", (w) => w.finalize("r", "a:1"), "Finalized; finalized held 5 measured 3 debited 1, 1+0", "finalized"],
    ["finalized", (w) => w.finalize("r", "a:7"), "Finalized again; finalized held 5 debited 7 over 2, 7+0", ""],
    ["finalized", (w) => w.finalize("r", "a:7", charge), "Finalized again; finalized held 5 debited 7 over 2, 7+0", ""],
    ["finalized", (w) => w.finalize("r", "a:8"), "Conflict content; finalized held 5 debited 7 over 2, 7+0", ""],
    [
      "finalized",
      (w) => w.finalize("r", "a:7", { overage: "cap" }),
      "Conflict content; finalized held 5 debited 7 over 2, 7+0",
      ""
    ],
    [
      "finalized",
      (w) => w.finalize("r", "a:7 b:7"),
      "Conflict legs; finalized held 5 debited 7 over 2, 7+0; none, 0+0",
      ""
    ],
    ["released", (w) => w.finalize("r", "a:7"), "Conflict ended; released held 5, 0+0", ""],
    [
      "expired",
      (w) => w.finalize("r", "a:7"),
      "Finalized; finalized held 5 measured 3 debited 7 over 2 late, 7+0",
      "expired finalized"
    ],
    [
      "expired",
      (w) => w.finalize("r", "a:1"),
      "Finalized; finalized held 5 measured 3 debited 1 late, 1+0",
      "expired finalized"
    ],
    [
      "expired",
      (w) => w.finalize("r", "a:150", { overage: "cap" }),
      "Finalized; finalized held 5 measured 3 debited 100 over 95 unbilled 50 late, 100+0",
      "expired finalized"
    ],
    ["charged", (w) => w.finalize("r", "a:7"), "Conflict ended; charged debited 5, 5+0", ""],
    ["charged", (w) => w.finalize("r", "a:7", charge), "Conflict ended; charged debited 5, 5+0", ""]
  ])
})

describe("release", () => {
  table([
    ["none", (w) => w.release("r", "a"), "Unknown; marked, 0+0", "marked"],
    ["marked", (w) => w.release("r", "a"), "Unknown; marked, 0+0", ""],
    ["held", (w) => w.release("r", "a"), "Released; released held 5, 0+0", "released"],
    ["held", (w) => w.release("r", "a b"), "Conflict legs; held held 5, 0+5; none, 0+0", ""],
    ["measured", (w) => w.release("r", "a"), "Released; released held 5 measured 3 debited 3, 3+0", "released"],
    ["finalized", (w) => w.release("r", "a"), "Finalized again; finalized held 5 debited 7 over 2, 7+0", ""],
    ["released", (w) => w.release("r", "a"), "Released again; released held 5, 0+0", ""],
    [
      "expired",
      (w) => w.release("r", "a"),
      "Released; released held 5 measured 3 debited 3 late, 3+0",
      "expired released"
    ],
    ["charged", (w) => w.release("r", "a"), "Conflict ended; charged debited 5, 5+0", ""]
  ])
})

describe("charge", () => {
  table([
    ["none", (w) => w.charge("r", "a:5"), "Charged; charged debited 5, 5+0", "charged"],
    ["none", (w) => w.charge("r", "a:0"), "Charged; charged, 0+0", "charged"],
    ["none", (w) => w.charge("r", "a:500"), "Charged; charged debited 500, 500+0", "charged"],
    ["marked", (w) => w.charge("r", "a:5"), "Conflict ended; marked, 0+0", ""],
    ["held", (w) => w.charge("r", "a:5"), "Conflict content; held held 5, 0+5", ""],
    ["finalized", (w) => w.charge("r", "a:7"), "Conflict ended; finalized held 5 debited 7 over 2, 7+0", ""],
    ["released", (w) => w.charge("r", "a:5"), "Conflict ended; released held 5, 0+0", ""],
    ["expired", (w) => w.charge("r", "a:3"), "Conflict ended; expired held 5 measured 3 debited 3, 3+0", "expired"],
    ["charged", (w) => w.charge("r", "a:5"), "Charged again; charged debited 5, 5+0", ""],
    ["charged", (w) => w.charge("r", "a:6"), "Conflict content; charged debited 5, 5+0", ""],
    ["charged", (w) => w.charge("r", "a:5 b:5"), "Conflict legs; charged debited 5, 5+0; none, 0+0", ""]
  ])
})

describe("lookup", () => {
  table([
    ["none", (w) => w.lookup("r", "a"), "Unknown; none, 0+0", ""],
    ["marked", (w) => w.lookup("r", "a"), "Unknown; marked, 0+0", ""],
    ["held", (w) => w.lookup("r", "a"), "Found; held held 5, 0+5", ""],
    ["measured", (w) => w.lookup("r", "a"), "Found; held held 5 measured 3, 0+5", ""],
    ["finalized", (w) => w.lookup("r", "a"), "Found; finalized held 5 debited 7 over 2, 7+0", ""],
    ["released", (w) => w.lookup("r", "a"), "Found; released held 5, 0+0", ""],
    ["expired", (w) => w.lookup("r", "a"), "Found; expired held 5 measured 3 debited 3, 3+0", ""],
    ["charged", (w) => w.lookup("r", "a"), "Found; charged debited 5, 5+0", ""]
  ])
})
