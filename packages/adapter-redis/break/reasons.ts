/**
 * Why a mutant that no test sees is the same program. Keyed by what the line says, so that lines may move.
 */
import type { Mutant } from "./mutants.ts"

interface Reason {
  /** A part of the line. */
  readonly line: string
  /** Which changes in it: `before -> after`; none: all. */
  readonly changes?: ReadonlyArray<string>
  readonly why: string
}

const CACHE = "A cache within the call: without it the same value is read from Redis once more."

const reasons: ReadonlyArray<Reason> = [
  {
    line: "local ENTRY_TEXTS",
    changes: ["true -> false"],
    why: "Of the texts only `late` reads the same as a number: it is 1 or absent, and is only ever written and said again."
  },
  { line: "slot.due[tickMs] = readDue(values", why: CACHE },
  { line: "entries[key] = false", changes: ["entries[key] = false -> "], why: CACHE },
  { line: "entries[key] = entry", why: CACHE },
  { line: "slot.adjustments[id] = known", why: CACHE },
  { line: "slot.due[tickMs] = rows", why: CACHE },
  {
    line: "if not values[#TEXTS + 1] then",
    changes: ["+ -> -"],
    why: "It asks for `storedLimit` instead of `revision`; a row has both (`blankAccount`), and no row neither."
  },
  {
    line: "slot.isFresh = true",
    changes: ["slot.isFresh = true -> ", "true -> false"],
    why: "What is not in Redis is then asked for and not found, and UNLINK removes keys that are not there."
  },
  {
    line: "return work.isNew or work.isBirth or work.slot.isFresh",
    why: "An adjustment of an earlier life may then be read, and counts for nothing: it is older than `bornMs`, or `isNew` is asked first."
  },
  {
    line: "if rows then",
    changes: ["rows -> false"],
    why: "No command reads the due rows of a tick again after it has changed them: old and new deadline of a leg are two ticks."
  },
  {
    line: "if work.isBirth then",
    changes: ["work.isBirth -> false"],
    why: "What was forgotten had no live holds, so that no due row of it lies at the tick of a new one."
  },
  {
    line: "if not slot.isFresh then",
    changes: ["not slot.isFresh -> true"],
    why: "The index of an account that has none, or only ids that expired before it was forgotten, names nothing later."
  },
  {
    line: "if changedMs > afterMs and (not tickMs or changedMs < tickMs) then",
    changes: ["< -> <="],
    why: "Where both are the same it is the same tick."
  },
  {
    line: "if not endMs or not account.endMs then",
    why: "Never so: the kind of a window is part of the account's key, `none` opens no window and `idle` has returned before."
  },
  {
    line: "return false",
    changes: ["false -> true"],
    why: "Never reached: the kind of a window is part of the account's key, `none` opens no window and `idle` has returned before."
  },
  {
    line: "if row.liveHolds == 0 or row.nextMs > timeMs then",
    why: "A short cut: the index is asked instead, and has no live id at or below this time."
  },
  {
    line: "if not slot.ticks then",
    changes: ["not slot.ticks -> true"],
    why: "Within a call the time of an account stands: what is due is done by the first command that stands, and asked for again until then."
  },
  {
    line: "if timeMs < account.changedMs + settings.unsettledRetentionMs then",
    changes: ["timeMs < account.changedMs + settings.unsettledRetentionMs -> false"],
    why: "A short cut: the same is asked below with the expiries on paper, which only make `changedMs` later."
  }
]

export const reasonOf = (mutant: Mutant, line: string): string | undefined =>
  reasons.find(
    (one) =>
      line.includes(one.line) &&
      (one.changes === undefined || one.changes.includes(`${mutant.before} -> ${mutant.after}`.replaceAll(/\s+/g, " ")))
  )?.why
