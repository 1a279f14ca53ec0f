/**
 * The columns of the table: how the request "r" comes into each state on account "a" (limit 100, nothing else in it).
 */
import type { Trial } from "../trial.ts"

/** The hold is of 5, with a deadline after 10 s; a late command comes after 20 s. */
export const states = {
  none: async () => {},
  marked: (t: Trial) => t.release("r", "a"),
  held: (t: Trial) => t.reserve("r", "a:5"),
  measured: async (t: Trial) => {
    await t.reserve("r", "a:5")
    await t.extend("r", "a:~3")
  },
  finalized: async (t: Trial) => {
    await t.reserve("r", "a:5")
    await t.finalize("r", "a:7")
  },
  released: async (t: Trial) => {
    await t.reserve("r", "a:5")
    await t.release("r", "a")
  },
  expired: async (t: Trial) => {
    t.at(0)
    await t.reserve("r", "a:5")
    await t.extend("r", "a:~3")
    t.at(20_000)
  },
  charged: (t: Trial) => t.charge("r", "a:5")
}
