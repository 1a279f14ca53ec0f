/**
 * A random program: commands in calls, each call at a time of its own.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Command, Settings } from "@tallystick/core/machine"
import * as fc from "fast-check"

import { windowAt } from "../leg.ts"
import { drawnCommand, jumps, pool, usualLegs, usualSettle } from "./draw.ts"
import type { DrawnCommand } from "./draw.ts"

const LEAST_COMMANDS = 20
const MOST_COMMANDS = 60
/** Commands of one call. */
const MOST_IN_A_CALL = 8

/** A slot of a program: a command, and whether a new call begins with it, after a jump of the clock. */
export interface Slot {
  readonly command: DrawnCommand
  readonly call: { readonly jumpMs: number; readonly skewMs: number } | null
  /** The same command again right behind it. */
  readonly twice: boolean
}

/**
 * Which way a program's clock goes. `forwards`: also past every retention. `hour`: back by up to an hour, but then not so far ahead that rows are
 * collected: with a row goes what its account's time was ahead, which is no mistake (`docs/readings.md`, 37).
 */
export type ClockMoves = "forwards" | "hour"

export interface Program {
  readonly moves: ClockMoves
  /** null: a slot that shrinking has emptied. */
  readonly slots: ReadonlyArray<Slot | null>
}

export const programs = (settings: Settings): fc.Arbitrary<Program> => {
  const call = fc.record({
    jumpMs: jumps(settings),
    /** How far the caller's clock, which made the starts of calendar windows, is from the store's. */
    skewMs: fc.oneof(
      { withCrossShrink: true },
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-21_000, 21_000, 60_000, -60_000) }
    )
  })
  const slot = fc.record({
    command: drawnCommand(settings),
    // Of shrinking, the first: no call of its own.
    call: fc.oneof(
      { withCrossShrink: true },
      { weight: 5, arbitrary: fc.constant(null) },
      { weight: 3, arbitrary: call }
    ),
    twice: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 9)
  })
  return fc.record({
    moves: fc.constantFrom("forwards" as const, "hour" as const),
    // fast-check makes no array shorter than its least length; an empty slot lets it.
    slots: fc.array(fc.option(slot, { freq: 1_000_000 }), {
      minLength: LEAST_COMMANDS,
      maxLength: MOST_COMMANDS,
      size: "max"
    })
  })
}

/** One call of a program. */
export interface Call {
  readonly nowMs: number
  readonly commands: ReadonlyArray<Command>
}

export interface Setting {
  readonly startMs: number
  readonly settings: Settings
  readonly idOf: (name: string) => string
  /** The store's clock is its own: no jumps. */
  readonly stands: boolean
}

/** How far the clock of an `hour` program may go in all: less, and nothing is collected. */
const budgetOf = (settings: Settings): number => settings.unsettledRetentionMs + 3_000_000

export const callsOf = (
  { moves, slots }: Program,
  { startMs, settings, idOf, stands }: Setting
): ReadonlyArray<Call> => {
  const calls: Array<{ nowMs: number; commands: Array<Command> }> = []
  let nowMs = startMs
  let latestMs = startMs
  let skewMs = 0
  let budget = budgetOf(settings)
  for (const slot of slots) {
    if (slot === null) continue
    let last = calls.at(-1)
    if (last === undefined || last.commands.length >= MOST_IN_A_CALL || slot.call !== null) {
      const { jumpMs, ...drawn } = slot.call ?? { jumpMs: 0, skewMs: 0 }
      skewMs = stands ? 0 : drawn.skewMs
      if (!stands && moves === "forwards") nowMs += Math.abs(jumpMs)
      if (!stands && moves === "hour" && jumpMs <= budget) {
        nowMs = Math.max(nowMs + jumpMs, latestMs - 3_600_000)
        // An account's time never goes back, so every step forwards moves it.
        budget -= Math.max(0, jumpMs)
      }
      latestMs = Math.max(latestMs, nowMs)
      last = { nowMs, commands: [] }
      calls.push(last)
    }
    const command = commandOf(slot.command, nowMs + skewMs, idOf)
    last.commands.push(command)
    if (slot.twice && last.commands.length < MOST_IN_A_CALL) last.commands.push(command)
  }
  return calls
}

/** The command, read as a store reads it. */
const commandOf = (drawn: DrawnCommand, callerMs: number, idOf: (name: string) => string): Command => {
  const { kind, id, ttlMs, whenUnknown, overage, ifUnknown, sentAgoMs, adjustment } = drawn
  const legs = legsOf(drawn, callerMs, idOf)
  switch (kind) {
    case "reserve":
      return readCommand({ kind, id, ttlMs, legs })
    case "extend":
      return readCommand({ kind, id, ttlMs: drawn.hasTtl ? ttlMs : undefined, whenUnknown, legs })
    case "finalize":
      return readCommand({ kind, id, overage, ifUnknown, sentAgoMs, legs })
    case "adjust":
      return readCommand({ kind, id, adjustment, legs: legs.slice(-1) })
    case "release":
    case "charge":
    case "lookup":
      return readCommand({ kind, id, legs })
  }
}

const legsOf = (drawn: DrawnCommand, callerMs: number, idOf: (name: string) => string) => {
  const { kind, usual } = drawn
  const drawnLegs = usual
    ? usualLegs[drawn.id]!.map((index, at) => ({ ...drawn.legs[at % drawn.legs.length]!, index }))
    : drawn.legs
  return drawnLegs.map(({ index, unit, limit, amount, measured, hasAmount, settle: drawnSettle, warnAt }) => {
    const own = pool[index]!
    const settle = usual ? usualSettle[index]! : drawnSettle
    const window = windowAt(own.window, callerMs)
    const terms = { account: idOf(own.name), window, unit, limit: limit === "own" ? own.limit : limit, warnAt }
    const names = usual ? settle === "actual" : hasAmount
    switch (kind) {
      case "reserve":
        return { ...terms, amount: Math.max(1, amount), settle }
      case "charge":
        return { ...terms, amount }
      case "extend":
        return { ...terms, total: names && hasAmount ? amount : undefined, measured: names ? measured : undefined }
      case "finalize":
        return { ...terms, actual: names ? amount : undefined }
      case "adjust":
        return { ...terms, unit: hasAmount ? unit : undefined }
      case "release":
      case "lookup":
        return terms
    }
  })
}
