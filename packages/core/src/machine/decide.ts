/**
 * Decides one command: rows, command and time in; answer and changes out. It may refuse; `apply` may not.
 *
 * The order of every decision: the clock, what is due, the id (replay, then conflict), the ranks of refusal, then the effect.
 */
import { adjust } from "./adjust.ts"
import { charge } from "./charge.ts"
import type { Command } from "./command.ts"
import { defaultSettings, MAX_AMOUNT } from "./constants.ts"
import type { Settings } from "./constants.ts"
import type { Decided } from "./decided.ts"
import { windowName } from "./account.ts"
import { extend } from "./extend.ts"
import { finalize } from "./finalize.ts"
import { lookup } from "./read.ts"
import type { NotApplied, NotAppliedReason } from "./outcome.ts"
import { release } from "./release.ts"
import { reserve } from "./reserve.ts"
import type { AccountRows } from "./rows.ts"
import { isOutside } from "./windows.ts"
import { settle } from "./work.ts"
import type { Work } from "./work.ts"

/**
 * @param rows of each leg, in the order of the legs, as `keysOf` and `dueNeeded` ask for them
 * @param nowMs the store's clock: an integer, read once, after the locks
 *
 * @example
 * const { answer, changes } = decide([emptyRows], command, 1_700_000_000_000)
 */
export const decide = (
  rows: ReadonlyArray<AccountRows>,
  command: Command,
  nowMs: number,
  settings: Settings = defaultSettings
): Decided => {
  if (command.legs.some((leg) => isOutside(leg.window, nowMs)))
    return { answer: notAppliedOf(command, "clock"), changes: [], after: rows }
  const decided = decideSettled(rows, command, nowMs, settings)
  const corrupt = decided.after.findIndex((after) => !isSound(after))
  if (corrupt === -1) return decided
  const { account, window } = command.legs[corrupt]!
  return {
    answer: { _tag: "Corrupt", ...empty(command), account, window: windowName(window) },
    changes: [],
    after: rows
  }
}

const decideSettled = (
  rows: ReadonlyArray<AccountRows>,
  command: Command,
  nowMs: number,
  settings: Settings
): Decided => {
  const work = <Leg extends Command["legs"][number]>(legs: ReadonlyArray<Leg>): ReadonlyArray<Work<Leg>> =>
    legs.map((leg, index) => settle(leg, index, rows[index]!, nowMs, settings))
  switch (command.kind) {
    case "reserve":
      return reserve(command, work(command.legs))
    case "extend":
      return extend(command, work(command.legs))
    case "finalize":
      return finalize(command, work(command.legs), settings)
    case "release":
      return release(command, work(command.legs))
    case "charge":
      return charge(command, work(command.legs))
    case "adjust":
      return adjust(command, work(command.legs)[0]!)
    case "lookup":
      return lookup(command, work(command.legs))
  }
}

/** The answer to a command that the store could not take. */
export const notAppliedOf = (command: Command, reason: NotAppliedReason): NotApplied => ({
  _tag: "NotApplied",
  ...empty(command),
  reason
})

/** There is nothing true to say of the accounts. */
export const empty = (command: Command) => ({
  command: command.kind,
  id: command.id,
  granted: false,
  replayed: false,
  accounts: [],
  legs: []
})

const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** Nothing is clamped: a sum below zero (or above 2^53 - 1) means that rows contradict each other, and is refused until somebody repairs it. */
const isSound = ({ account, due }: AccountRows): boolean =>
  (account === undefined ||
    (isAmount(account.used) && isAmount(account.reserved) && account.reserved <= MAX_AMOUNT - account.used)) &&
  due.every((row) => row.count > 0 && isAmount(row.amount) && isAmount(row.cost))
