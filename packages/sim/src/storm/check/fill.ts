/**
 * What can fill a gap: commands that nobody got an answer to, each at the times that make a difference.
 */
import type { Outcome } from "@tallystick/core/machine"

import { textOf } from "../../oracle/plain.ts"
import { sameLeg } from "../../oracle/same.ts"
import { clockOf, timesBetween } from "./clock.ts"
import type { Operation } from "./operation.ts"
import { isRead } from "./pending.ts"
import type { Pending, Place } from "./pending.ts"
import { isSame } from "./trial.ts"
import type { Trial } from "./trial.ts"

export interface Candidate {
  readonly operation: Operation
  readonly nowMs: number
}

export interface Gap {
  readonly pending: Pending
  readonly trial: Trial
  /** Answered operations that could be next, but do not fit. */
  readonly stuck: ReadonlyArray<Operation>
  /** Of an account, after what has its place; 0: it has no row. */
  readonly revisionOf: (key: string) => number
  /** Added to what speaks for a candidate, so that another search goes another way. */
  readonly whim: () => number
}

/** The likeliest first: those on accounts where something is stuck, and that the next answer about their id speaks for. */
export const candidatesFor = (gap: Gap): ReadonlyArray<Candidate> => {
  const stuckOn = new Set(gap.stuck.flatMap(({ keys }) => keys))
  const seen = new Set<string>()
  const ranked = gap.pending.unknown.flatMap((operation) => {
    if (!gap.pending.has(operation) || !gap.pending.isDue(operation) || !isMissing(gap, operation)) return []
    if (gap.pending.isRefuted(operation)) return []
    // The same command again, not answered either: which of the two it was makes no difference, so that it was the first.
    const text = JSON.stringify(operation.command)
    if (seen.has(text)) return []
    seen.add(text)
    const isHere = operation.keys.some((key) => stuckOn.has(key))
    return different(gap, operation, timesOf(gap, operation)).flatMap((nowMs) => {
      const speaks = evidence(gap, { operation, nowMs })
      return speaks === "impossible"
        ? []
        : [{ operation, nowMs, rank: (isHere ? 4 : 0) + speaks + fit(gap, { operation, nowMs }) + gap.whim() }]
    })
  })
  return ranked.toSorted((left, right) => right.rank - left.rank)
}

/** What an answer says of an account that a command can have changed. */
const fields = ["limit", "open", "unit", "used", "reserved", "revision"] as const

/** How well something that is stuck on one of its accounts fits behind it: from 0 to 1 by how much of its accounts is right then, 2 if all is. */
const fit = ({ stuck, trial }: Gap, { operation, nowMs }: Candidate): number => {
  const next = stuck.find((other) => !isRead(other) && other.keys.some((key) => operation.keys.includes(key)))
  if (next === undefined) return 0
  const mark = trial.mark
  trial.act(operation, nowMs)
  const expected = trial.act(next, clockOf(next, trial))
  trial.undo(mark)
  if (isSame(expected, next)) return 2
  const same = next.answers!.flatMap((answer, index) =>
    fields.filter((field) => expected.accounts[index]?.[field] === answer[field])
  )
  return same.length / (fields.length * next.answers!.length)
}

/** On one of its accounts the next answer, or a read, shows a higher revision than there is. */
const isMissing = ({ pending, revisionOf }: Gap, { keys }: Operation): boolean =>
  keys.some((key) => {
    const shown = [pending.placeOn(key), ...readPlaces(pending, key)]
    return shown.some((place) => place !== undefined && place.revision > revisionOf(key))
  })

const readPlaces = (pending: Pending, key: string) => pending.readsOn(key).map(({ place }) => place)

/** Not before what its accounts have seen, and whoever was answered before it was sent; and not after what they see next. Where only reads are left, one of them at least has seen it. */
const timesOf = (gap: Gap, operation: Operation): ReadonlyArray<number> => {
  const { pending, trial } = gap
  let from = 0
  let to = Infinity
  let births: Births | undefined
  const seen = pending.seenBefore(operation)
  for (const key of operation.keys) {
    const row = trial.timeOf(key)
    const next = pending.placeOn(key)
    const shown = next === undefined ? readPlaces(pending, key).filter(({ revision }) => revision > 0) : [next]
    if (row !== undefined) from = Math.max(from, row.last - row.lead, seen - row.lead)
    if (shown.length > 0) to = Math.min(to, Math.max(...shown.map(({ timeMs }) => timeMs)) - (row?.lead ?? 0))
    if (row !== undefined) continue
    for (const place of shown) if (place.revision > 0) births = narrowed(births, birthsBefore(place, key, pending))
  }
  if (births !== undefined) {
    const first = Math.max(births.first, from, seen)
    const last = Math.min(births.last, to)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, before) => last - before)
  }
  if (to === Infinity || from > to) return []
  // An account that has no row then, either: it cannot have taken effect on it, whenever it happened.
  return from === 0 ? [to] : timesBetween(from, to)
}

/**
 * Of times that leave the same behind the first will do: what comes later may then come when it does all the same. A mark has one time like that, where
 * it had three for every second. (In an idle window the very time counts, and for a reset.)
 */
const different = ({ trial }: Gap, operation: Operation, times: ReadonlyArray<number>): ReadonlyArray<number> => {
  const { command, keys } = operation
  if (keys.some(isIdle) || (command?.kind === "adjust" && command.adjustment.kind === "reset")) return times
  const seen = new Set<string>()
  return times.filter((nowMs) => {
    const mark = trial.mark
    const { accounts, outcome } = trial.act(operation, nowMs)
    trial.undo(mark)
    const sums = accounts.map(({ revision, used, reserved, period, resetsInMs }) => [
      revision,
      used,
      reserved,
      period,
      resetsInMs === null ? null : nowMs + resetsInMs
    ])
    const legs = outcome?.legs.map(({ expiresInMs, ...leg }, index) => ({
      ...leg,
      deadlineMs: expiresInMs === null ? null : accounts[index]!.timeMs + expiresInMs
    }))
    const text = JSON.stringify([sums, legs])
    return seen.has(text) ? false : seen.add(text)
  })
}

interface Births {
  readonly first: number
  readonly last: number
}

/** One command makes all rows that it makes at one time. */
const narrowed = (one: Births | undefined, other: Births): Births => ({
  first: Math.max(one?.first ?? 0, other.first),
  last: Math.min(one?.last ?? Infinity, other.last)
})

/**
 * A new row starts its revision from the time at which it is born, so that the first revision that was seen says when that may have been: no more has
 * changed it than can have.
 */
const birthsBefore = ({ revision, timeMs }: Place, key: string, pending: Pending): Births => {
  const supply = Math.min(pending.supplyOn(key), pending.unknown.length)
  return { first: revision - supply - mostOwn(revision - supply, timeMs, key), last: revision - 1 }
}

/** By how much an account can be raised from one time to another without what nobody heard of: expiries and rolls at whole seconds, and what the answer is about. */
export const mostOwn = (fromMs: number, toMs: number, key: string): number => {
  const seconds = Math.floor(toMs / 1_000) - Math.floor(fromMs / 1_000)
  return 1 + (isNone(key) ? seconds : 2 * seconds + 1)
}

/** An account whose window ends when nothing has changed it for long enough. */
const isIdle = (key: string): boolean => key.startsWith("idle:")

/** An account without a window. */
export const isNone = (key: string): boolean => key.startsWith(`${textOf({ kind: "none" })} `)

/**
 * What the next answer about its id says of it. 2: with it, that answer is what it was; 1: there is none; 0: it is not, but for another reason perhaps.
 * What one account knows of an id depends on nothing but what was done with that id: if nothing else can have come between, a difference is a proof.
 */
const evidence = ({ pending, trial }: Gap, { operation, nowMs }: Candidate): 0 | 1 | 2 | "impossible" => {
  const next = pending.nextOfId(operation)
  if (next?.outcome === undefined) return 1
  const mark = trial.mark
  trial.act(operation, nowMs)
  const { outcome } = trial.act(next, clockOf(next, trial))
  trial.undo(mark)
  if (outcome === undefined) return 1
  if (
    hasSameLegs(outcome, next.outcome) &&
    outcome.replayed === next.outcome.replayed &&
    outcome.legs.every((leg, index) => sameLeg(leg, next.outcome!.legs[index]!))
  )
    return 2
  return contradicts(outcome, next.outcome) && !pending.hasRivals(operation, next) ? "impossible" : 0
}

/** Not where it is about sums: whether something is admitted depends on those, and they on what has no place yet. */
export const contradicts = (expected: Outcome, outcome: Outcome): boolean =>
  expected._tag !== "Denied" && outcome._tag !== "Denied" && !hasSameLegs(expected, outcome)

export const hasSameLegs = (left: Outcome, right: Outcome): boolean =>
  left.legs.every(({ state, late }, index) => right.legs[index]?.state === state && right.legs[index].late === late)
