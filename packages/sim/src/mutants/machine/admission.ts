/**
 * Bugs in who is admitted: the Book must see each of them.
 */
import type { Patch } from "../patch.ts"

export const admissionBugs: ReadonlyArray<Patch> = [
  {
    name: "limit-reached-is-passed",
    what: "`>=` for `>`: an amount that fits exactly is denied",
    edits: [
      {
        file: "core/src/machine/refuse.ts",
        find: "amount > limit - used - reserved",
        replace: "amount >= limit - used - reserved"
      }
    ]
  },
  {
    name: "used-ignored",
    what: "admission looks at what is reserved and not at what was used",
    edits: [
      {
        file: "core/src/machine/refuse.ts",
        find: "amount > limit - used - reserved",
        replace: "amount > limit - reserved"
      }
    ]
  },
  {
    name: "growth-unchecked",
    what: "an extend grows a hold without asking whether there is room",
    edits: [
      {
        file: "core/src/machine/extend.ts",
        find: "const denial = refuseGrowth(works)",
        replace: "const denial = undefined"
      }
    ]
  },
  {
    name: "closed-ignored",
    what: "a closed account admits",
    edits: [
      {
        file: "core/src/machine/refuse.ts",
        find: `RESERVE_RANKS: ReadonlyArray<RefusalReason> = ["unknown", "closed", "unit"`,
        replace: `RESERVE_RANKS: ReadonlyArray<RefusalReason> = ["unknown", "unit"`
      }
    ]
  },
  {
    name: "code-limit-wins",
    what: "the limit in code wins over the stored one",
    edits: [
      {
        file: "core/src/machine/status.ts",
        find: `if (stored !== "none") return`,
        replace: `if (stored !== "none" && inCode === undefined) return`
      }
    ]
  },
  {
    name: "retry-at-the-earliest",
    what: "of two accounts that deny, the earlier time to try again is told",
    edits: [
      {
        file: "core/src/machine/refuse.ts",
        find: "let latestMs = 0",
        replace: "let latestMs = times[0] ?? 0"
      },
      {
        file: "core/src/machine/refuse.ts",
        find: "Math.max(latestMs, timeMs)",
        replace: "Math.min(latestMs, timeMs)"
      }
    ]
  },
  {
    name: "warning-rounded-down",
    what: "the amount from which on an account warns is rounded down",
    edits: [{ file: "core/src/machine/status.ts", find: "Math.ceil(((limit", replace: "Math.floor(((limit" }]
  }
]
