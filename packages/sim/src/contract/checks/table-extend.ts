/**
 * The table: `extend` and `lookup` in each state. Worked out by hand.
 */
import { rows } from "../check.ts"
import { states } from "./states.ts"

export const extendTable = rows("table: extend", states, [
  ["none", (t) => t.extend("r", "a:9"), "Unknown; none, 0+0"],
  ["marked", (t) => t.extend("r", "a:9"), "Ended; marked, 0+0"],
  ["held", (t) => t.extend("r", "a", { ttlMs: 60_000 }), "Extended; held held 5, 0+5"],
  ["held", (t) => t.extend("r", "a", { ttlMs: 1_000 }), "Extended again; held held 5, 0+5"],
  ["held", (t) => t.extend("r", "a:~3"), "Extended; held held 5 measured 3, 0+5"],
  ["held", (t) => t.extend("r", "a:~0"), "Extended; held held 5 measured 0, 0+5"],
  ["held", (t) => t.extend("r", "a:9"), "Extended; held held 9, 0+9"],
  ["held", (t) => t.extend("r", "a:4"), "Extended again; held held 5, 0+5"],
  ["held", (t) => t.extend("r", "a:101"), "Extended not grown; held held 5, 0+5"],
  ["held", (t) => t.extend("r", "a:101~8"), "Extended not grown; held held 5 measured 8, 0+5"],
  ["held", (t) => t.extend("r", "a", { whenUnknown: "refund" }), "Extended; held held 5, 0+5"],
  ["held", (t) => t.extend("r", "a:9 b"), "Ended; held held 5, 0+5; none, 0+0"],
  ["measured", (t) => t.extend("r", "a:~3"), "Extended again; held held 5 measured 3, 0+5"],
  ["measured", (t) => t.extend("r", "a:~2"), "Extended again; held held 5 measured 3, 0+5"],
  ["finalized", (t) => t.extend("r", "a:9"), "Ended; finalized held 5 debited 7 over 2, 7+0"],
  ["released", (t) => t.extend("r", "a:9"), "Ended; released held 5, 0+0"],
  ["expired", (t) => t.extend("r", "a:9"), "Ended; expired held 5 measured 3 debited 3, 3+0"],
  ["charged", (t) => t.extend("r", "a:9"), "Conflict ended; charged debited 5, 5+0"]
])

export const lookupTable = rows("table: lookup", states, [
  ["none", (t) => t.lookup("r", "a"), "Unknown; none, 0+0"],
  ["marked", (t) => t.lookup("r", "a"), "Unknown; marked, 0+0"],
  ["held", (t) => t.lookup("r", "a"), "Found; held held 5, 0+5"],
  ["measured", (t) => t.lookup("r", "a"), "Found; held held 5 measured 3, 0+5"],
  ["finalized", (t) => t.lookup("r", "a"), "Found; finalized held 5 debited 7 over 2, 7+0"],
  ["released", (t) => t.lookup("r", "a"), "Found; released held 5, 0+0"],
  ["expired", (t) => t.lookup("r", "a"), "Found; expired held 5 measured 3 debited 3, 3+0"],
  ["charged", (t) => t.lookup("r", "a"), "Found; charged debited 5, 5+0"]
])
