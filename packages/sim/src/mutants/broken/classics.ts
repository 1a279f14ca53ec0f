/**
 * The six classic bugs of quota stores.
 */
import type { Patch } from "../patch.ts"

export const classics: ReadonlyArray<Patch> = [
  {
    name: "check-without-reserved",
    what: "admission compares with what was used alone, so that calls under way do not count",
    edits: [
      { file: "core/src/machine/refuse.ts", find: "amount > limit - used - reserved", replace: "amount > limit - used" }
    ]
  },
  {
    name: "repeat-holds-twice",
    what: "a reserve that is sent again holds again",
    edits: [
      {
        file: "core/src/machine/reserve.ts",
        find: `if (works.some((work) => work.state !== "none")) {`,
        replace: `if (works.some((work) => work.state !== "none" && work.state !== "held")) {`
      }
    ]
  },
  {
    name: "second-finalize-debits",
    what: "a finalize that is sent again gets the right answer and debits again",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: `    case "nothing":
      return
`,
        replace: `    case "nothing": {
      const { entry } = work.rows
      if (entry === undefined || work.state !== "finalized") return
      return change(work, { cause: "finalized", id: command.id, usedDelta: entry.debited, entry })
    }
`
      }
    ]
  },
  {
    name: "release-after-finalize",
    what: "a release of what was finalized gives its hold back once more, out of what others hold",
    edits: [
      {
        file: "core/src/machine/release.ts",
        find: `  else if (work.state === "none") mark(work, "release", command.id)
`,
        replace: `  const { account, entry } = work.rows
  if (work.state === "finalized" && account !== undefined && entry !== undefined) {
    const reservedDelta = 0 - Math.min(account.reserved, entry.held)
    change(work, { cause: "released", id: command.id, reservedDelta, entry })
  } else if (work.state === "none") mark(work, "release", command.id)
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
    name: "expiry-never-reclaimed",
    what: "what an expired hold had reserved stays reserved",
    edits: [{ file: "core/src/machine/due.ts", find: "    reservedDelta -= row.amount\n", replace: "" }]
  },
  {
    name: "first-leg-not-undone",
    what: "the legs of a reserve are taken one after the other, and the first stays when the second is denied",
    edits: [
      {
        file: "core/src/machine/reserve.ts",
        find: `  if (refused !== undefined) return decided(works, {`,
        replace: `  if (refused !== undefined) {
    for (const work of works) {
      if (refuse([{ work, amount: work.leg.amount, whole: work.leg.amount }], RESERVE_RANKS) !== undefined) break
      admit(command, work, accounts, digest)
    }
  }
  if (refused !== undefined) return decided(works, {`
      }
    ]
  }
]
