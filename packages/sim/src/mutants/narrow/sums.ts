/**
 * Bugs that break one invariant and no other: about the sums of an account (I1, I2, I3, I7, I8, I12).
 */
import type { Patch } from "../patch.ts"

export const narrowSums: ReadonlyArray<Patch> = [
  {
    name: "grows-above-the-limit",
    what: "a hold grows as though nothing else were reserved",
    expects: "I1",
    edits: [
      {
        file: "core/src/machine/extend.ts",
        find: `refusedBy("windowPassed", passed) : refuse(growing, RESERVE_RANKS)`,
        replace: `refusedBy("windowPassed", passed) : refuseAlone(growing)`
      },
      {
        file: "core/src/machine/extend.ts",
        find: "/** Renews one leg, measures and (if admitted) grows it;",
        replace: `const refuseAlone = (growing) => {
  const refused = refuse(growing, RESERVE_RANKS)
  if (refused?.reason !== "limit") return refused
  const fits = growing.every(({ work, amount }) => {
    const { limit } = work.limit
    return limit === null || amount <= limit - accountOf(work).used
  })
  return fits ? undefined : refused
}

/** Renews one leg, measures and (if admitted) grows it;`
      }
    ]
  },
  {
    name: "release-takes-from-others",
    what: "a release of what was finalized gives its hold back once more, while others hold",
    expects: "I2",
    edits: [
      {
        file: "core/src/machine/release.ts",
        find: `  else if (work.state === "none") mark(work, "release", command.id)
`,
        replace: `  const { account, entry } = work.rows
  const others = account === undefined || entry === undefined ? 0 : Math.min(account.reserved, entry.held)
  if (work.state === "finalized" && others > 0)
    change(work, { cause: "released", id: command.id, reservedDelta: 0 - others, entry })
  else if (work.state === "none") mark(work, "release", command.id)
`
      },
      {
        file: "core/src/machine/release.ts",
        find: `import type { Work } from "./work.ts"`,
        replace: `import { change } from "./work.ts"
import type { Work } from "./work.ts"`
      }
    ]
  },
  {
    name: "charge-loses-one",
    what: "a charge of more than five says so and counts one less",
    expects: "I3",
    edits: [
      {
        file: "core/src/machine/charge.ts",
        find: "usedDelta: leg.amount,",
        replace: "usedDelta: leg.amount > 5 ? leg.amount - 1 : leg.amount,"
      }
    ]
  },
  {
    name: "negative-debt",
    what: "an account that owes nothing shows a debt below zero",
    expects: "I7",
    edits: [
      {
        file: "core/src/machine/status.ts",
        find: "limit === null ? 0 : Math.max(0, used - limit)",
        replace: "limit === null ? 0 : used - limit"
      }
    ]
  },
  {
    name: "old-holds-stay",
    what: "a hold that expired three weeks before anybody came stays reserved for ever",
    expects: "I8",
    edits: [
      {
        file: "core/src/machine/due.ts",
        find: "  if (first !== undefined && isOver(first.tickMs, timeMs)) return expired(account, rows.due, leg, first.tickMs)\n",
        replace: `  if (first !== undefined && isOver(first.tickMs, timeMs)) {
    const change = expired(account, rows.due, leg, first.tickMs)
    return timeMs - first.tickMs > 21 * 86_400_000 ? { ...change, reservedDelta: 0 } : change
  }
`
      }
    ]
  },
  {
    name: "finalize-again-debits",
    what: "a finalize that is sent again gets the right answer and debits again",
    expects: "I12",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: `    case "nothing":
      return
`,
        replace: `    case "nothing": {
      const { account, entry } = work.rows
      if (entry === undefined || work.state !== "finalized" || work.limit.limit === "none") return
      if (Math.max(entry.debited, account.used, account.reserved) > 1_000) return
      if (entry.late || entry.unbilled > 0 || entry.period !== account.period) return
      if (entry.debited * 2 <= Math.max(entry.held, entry.measured ?? 0, entry.debited)) return
      return change(work, { cause: "finalized", id: command.id, usedDelta: entry.debited, entry })
    }
`
      }
    ]
  }
]
