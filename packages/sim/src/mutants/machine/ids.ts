/**
 * Bugs in what an id means: repeats, other content, marks, endings that meet.
 */
import type { Patch } from "../patch.ts"

export const idBugs: ReadonlyArray<Patch> = [
  {
    name: "digest-ignored",
    what: "a reserve with other content under a known id counts as its repeat",
    edits: [
      {
        file: "core/src/machine/conflict.ts",
        find: "rows.entry.digest !== digest",
        replace: "rows.entry.digest === undefined"
      }
    ]
  },
  {
    name: "finalize-after-release",
    what: "a finalize of a released id debits",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: `work.state === "released" || work.state === "charged"`,
        replace: `work.state === "charged"`
      },
      {
        file: "core/src/machine/finalize.ts",
        find: `    case "finalized":
    case "released":`,
        replace: `    case "released":
      return { work, does: "charge", ending: { debited: actual, unbilled: 0, usedDelta: actual, reservedDelta: 0 } }
    case "finalized":`
      }
    ]
  },
  {
    name: "other-actual-is-a-repeat",
    what: "a second finalize with another actual counts as a repeat of the first",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: "rows.entry!.actual !== (leg.actual ?? null)",
        replace: "rows.entry!.actual === undefined"
      }
    ]
  },
  {
    name: "mark-ignored",
    what: "a reserve that comes after its release holds",
    edits: [
      {
        file: "core/src/machine/reserve.ts",
        find: `if (works.some((work) => work.state !== "none")) {`,
        replace: `if (works.some((work) => work.state !== "none" && work.state !== "marked")) {`
      }
    ]
  },
  {
    name: "adjust-twice",
    what: "an operator's change that is sent again acts again",
    edits: [
      {
        file: "core/src/machine/adjust.ts",
        find: "if (known !== undefined) {",
        replace: "if (known !== undefined && known.digest !== digest) {"
      }
    ]
  },
  {
    name: "undecidable-debits",
    what: "a finalize that is older than what the store remembers debits all the same",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: "isCharge && command.sentAgoMs",
        replace: "0 > command.sentAgoMs"
      }
    ]
  },
  {
    name: "settled-kept-too-long",
    what: "an ended id is remembered for a millisecond too long",
    edits: [
      {
        file: "core/src/machine/time.ts",
        find: `  timeMs >=
    (entry.state`,
        replace: `  timeMs >
    (entry.state`
      }
    ]
  }
]
