/**
 * The table, row by row: `reserve` and `charge` in each state. Worked out by hand.
 */
import { rows } from "../check.ts"
import { states } from "./states.ts"

export const reserveTable = rows("table: reserve", states, [
  ["none", (t) => t.reserve("r", "a:5"), "Granted; held held 5, 0+5"],
  ["none", (t) => t.reserve("r", "a:100"), "Granted; held held 100, 0+100"],
  ["none", (t) => t.reserve("r", "a:101"), "Denied limit; none, 0+0"],
  ["marked", (t) => t.reserve("r", "a:5"), "Conflict ended; marked, 0+0"],
  ["held", (t) => t.reserve("r", "a:5"), "Granted again; held held 5, 0+5"],
  ["held", (t) => t.reserve("r", "a:5", 99_000), "Granted again; held held 5, 0+5"],
  ["held", (t) => t.reserve("r", "a:6"), "Conflict content; held held 5, 0+5"],
  ["held", (t) => t.reserve("r", "a:5/held"), "Conflict content; held held 5, 0+5"],
  ["held", (t) => t.with("a", { unit: "v" }).reserve("r", "a:5"), "Conflict content; held held 5, 0+5"],
  ["held", (t) => t.with("a", { limit: 7 }).reserve("r", "a:5"), "Granted again; held held 5, 0+5"],
  ["held", (t) => t.reserve("r", "a:5 b:5"), "Conflict legs; held held 5, 0+5; none, 0+0"],
  ["finalized", (t) => t.reserve("r", "a:5"), "Conflict ended; finalized held 5 debited 7 over 2, 7+0"],
  ["released", (t) => t.reserve("r", "a:5"), "Conflict ended; released held 5, 0+0"],
  ["expired", (t) => t.reserve("r", "a:5"), "Conflict ended; expired held 5 measured 3 debited 3, 3+0"],
  ["charged", (t) => t.reserve("r", "a:5"), "Conflict ended; charged debited 5, 5+0"]
])

export const chargeTable = rows("table: charge", states, [
  ["none", (t) => t.charge("r", "a:5"), "Charged; charged debited 5, 5+0"],
  ["none", (t) => t.charge("r", "a:0"), "Charged; charged, 0+0"],
  ["none", (t) => t.charge("r", "a:500"), "Charged; charged debited 500, 500+0"],
  ["marked", (t) => t.charge("r", "a:5"), "Conflict ended; marked, 0+0"],
  ["held", (t) => t.charge("r", "a:5"), "Conflict content; held held 5, 0+5"],
  ["finalized", (t) => t.charge("r", "a:7"), "Conflict ended; finalized held 5 debited 7 over 2, 7+0"],
  ["released", (t) => t.charge("r", "a:5"), "Conflict ended; released held 5, 0+0"],
  ["expired", (t) => t.charge("r", "a:3"), "Conflict ended; expired held 5 measured 3 debited 3, 3+0"],
  ["charged", (t) => t.charge("r", "a:5"), "Charged again; charged debited 5, 5+0"],
  ["charged", (t) => t.charge("r", "a:6"), "Conflict content; charged debited 5, 5+0"],
  ["charged", (t) => t.charge("r", "a:5 b:5"), "Conflict legs; charged debited 5, 5+0; none, 0+0"]
])
