/**
 * The table: `finalize` and `release` in each state. Worked out by hand.
 */
import { rows } from "../check.ts"
import type { Trial } from "../trial.ts"
import { states } from "./states.ts"

/** A finalize that was first sent so long ago that its id may be forgotten, or `more` longer. */
const old = (t: Trial, more: number) => {
  const { settledRetentionMs, longestCallMs } = t.subject.options.settings
  return { ifUnknown: "charge", sentAgoMs: settledRetentionMs - longestCallMs + more }
}

const charge = { ifUnknown: "charge" }

export const finalizeTable = rows("table: finalize", states, [
  ["none", (t) => t.finalize("r", "a:7", old(t, 0)), "Undecidable; none, 0+0"],
  ["marked", (t) => t.finalize("r", "a:7", old(t, 0)), "Undecidable; marked, 0+0"],
  ["none", (t) => t.finalize("r", "a:7", old(t, -1)), "Finalized; finalized debited 7 over 7 unreserved, 7+0"],
  ["held", (t) => t.finalize("r", "a:7", old(t, 0)), "Finalized; finalized held 5 debited 7 over 2, 7+0"],
  ["none", (t) => t.finalize("r", "a:7"), "Unknown; marked, 0+0"],
  ["none", (t) => t.finalize("r", "a:7", charge), "Finalized; finalized debited 7 over 7 unreserved, 7+0"],
  ["marked", (t) => t.finalize("r", "a:7"), "Unknown; marked, 0+0"],
  ["marked", (t) => t.finalize("r", "a:7", charge), "Finalized; finalized debited 7 over 7 unreserved, 7+0"],
  ["held", (t) => t.finalize("r", "a:7"), "Finalized; finalized held 5 debited 7 over 2, 7+0"],
  ["held", (t) => t.finalize("r", "a:2"), "Finalized; finalized held 5 debited 2, 2+0"],
  ["held", (t) => t.finalize("r", "a:0"), "Finalized; finalized held 5, 0+0"],
  ["held", (t) => t.finalize("r", "a:150"), "Finalized; finalized held 5 debited 150 over 145, 150+0"],
  [
    "held",
    (t) => t.finalize("r", "a:150", { overage: "cap" }),
    "Finalized; finalized held 5 debited 100 over 95 unbilled 50, 100+0"
  ],
  ["held", (t) => t.finalize("r", "a"), "Conflict legs; held held 5, 0+5"],
  ["held", (t) => t.finalize("r", "a:7 b:7"), "Conflict legs; held held 5, 0+5; none, 0+0"],
  ["measured", (t) => t.finalize("r", "a:1"), "Finalized; finalized held 5 measured 3 debited 1, 1+0"],
  ["finalized", (t) => t.finalize("r", "a:7"), "Finalized again; finalized held 5 debited 7 over 2, 7+0"],
  ["finalized", (t) => t.finalize("r", "a:7", charge), "Finalized again; finalized held 5 debited 7 over 2, 7+0"],
  ["finalized", (t) => t.finalize("r", "a:8"), "Conflict content; finalized held 5 debited 7 over 2, 7+0"],
  [
    "finalized",
    (t) => t.finalize("r", "a:7", { overage: "cap" }),
    "Conflict content; finalized held 5 debited 7 over 2, 7+0"
  ],
  ["finalized", (t) => t.finalize("r", "a:7 b:7"), "Conflict legs; finalized held 5 debited 7 over 2, 7+0; none, 0+0"],
  ["released", (t) => t.finalize("r", "a:7"), "Conflict ended; released held 5, 0+0"],
  ["expired", (t) => t.finalize("r", "a:7"), "Finalized; finalized held 5 measured 3 debited 7 over 2 late, 7+0"],
  ["expired", (t) => t.finalize("r", "a:1"), "Finalized; finalized held 5 measured 3 debited 1 late, 1+0"],
  [
    "expired",
    (t) => t.finalize("r", "a:150", { overage: "cap" }),
    "Finalized; finalized held 5 measured 3 debited 100 over 95 unbilled 50 late, 100+0"
  ],
  ["charged", (t) => t.finalize("r", "a:7"), "Conflict ended; charged debited 5, 5+0"],
  ["charged", (t) => t.finalize("r", "a:7", charge), "Conflict ended; charged debited 5, 5+0"]
])

export const releaseTable = rows("table: release", states, [
  ["none", (t) => t.release("r", "a"), "Unknown; marked, 0+0"],
  ["marked", (t) => t.release("r", "a"), "Unknown; marked, 0+0"],
  ["held", (t) => t.release("r", "a"), "Released; released held 5, 0+0"],
  ["held", (t) => t.release("r", "a b"), "Conflict legs; held held 5, 0+5; none, 0+0"],
  ["measured", (t) => t.release("r", "a"), "Released; released held 5 measured 3 debited 3, 3+0"],
  ["finalized", (t) => t.release("r", "a"), "Finalized again; finalized held 5 debited 7 over 2, 7+0"],
  ["released", (t) => t.release("r", "a"), "Released again; released held 5, 0+0"],
  ["expired", (t) => t.release("r", "a"), "Released; released held 5 measured 3 debited 3 late, 3+0"],
  ["charged", (t) => t.release("r", "a"), "Conflict ended; charged debited 5, 5+0"]
])
