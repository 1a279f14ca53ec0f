/**
 * Bugs in what an ending or an extend does to the sums.
 */
import type { Patch } from "../patch.ts"

export const endingBugs: ReadonlyArray<Patch> = [
  {
    name: "late-finalize-dropped",
    what: "a finalize after the deadline debits nothing",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: `    case "expired":
      return {`,
        replace: `      return { work, does: "debit", ending: endingOf(work, actual, command.overage) }
    case "expired":
      return { work, does: "nothing", ending: nothing }
      return {`
      }
    ]
  },
  {
    name: "correction-twice",
    what: "a late finalize takes back twice what the expiry charged",
    edits: [
      {
        file: "core/src/machine/ending.ts",
        find: "const difference = debited - entry.expiryCost",
        replace: "const difference = debited - 2 * entry.expiryCost"
      }
    ]
  },
  {
    name: "reset-forgives-what-came-later",
    what: "after a reset a late finalize lowers nothing, also where the hold expired after the reset",
    edits: [{ file: "core/src/machine/ending.ts", find: " && entry.deadlineMs <= account.resetMs", replace: "" }]
  },
  {
    name: "cap-forgets-the-hold",
    what: "a capped finalize may take only what is left, and not its own hold",
    edits: [
      {
        file: "core/src/machine/ending.ts",
        find: "const own = isLate ? entry.expiryCost : entry.held",
        replace: "const own = isLate ? entry.expiryCost : 0"
      }
    ]
  },
  {
    name: "earlier-period-debited-whole",
    what: "an ending of an earlier window's hold debits all of it in today's window",
    edits: [
      {
        file: "core/src/machine/ending.ts",
        find: "return Math.max(0, debited - entry.held)",
        replace: "return debited"
      }
    ]
  },
  {
    name: "extend-shortens",
    what: "an extend with a shorter time to live moves the deadline forward",
    edits: [
      {
        file: "core/src/machine/extend.ts",
        find: "Math.max(entry.deadlineMs, deadlineOf(timeMs, command.ttlMs))",
        replace: "deadlineOf(timeMs, command.ttlMs)"
      }
    ]
  },
  {
    name: "lower-measure-wins",
    what: "a measure that arrives late and is lower replaces the higher one",
    edits: [
      {
        file: "core/src/machine/extend.ts",
        find: "Math.max(entry.measured ?? 0, leg.measured)",
        replace: "leg.measured"
      }
    ]
  },
  {
    name: "last-policy-wins",
    what: "of several policies the last one holds, and not the dearest",
    edits: [
      {
        file: "core/src/machine/cost.ts",
        find: "return set === null || byPrice.indexOf(asked) > byPrice.indexOf(set) ? asked : set",
        replace: "return asked"
      }
    ]
  }
]
