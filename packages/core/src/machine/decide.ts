/**
 * Decides one command: rows, command and time in; answer and changes out. It may refuse; `apply` may not.
 *
 * The order of every decision: the clock, what is due, the id (replay, then conflict), the ranks of refusal, then the effect.
 */
import { adjust } from "./adjust.ts"
import { charge } from "./charge.ts"
import type { AccountRef, Command } from "./command.ts"
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
  for (const leg of command.legs)
    if (isOutside(leg.window, nowMs)) return { answer: notAppliedOf(command, "clock"), changes: [], works: [] }
  const decided = decideSettled(rows, command, nowMs, settings)
  for (const { leg, rows: after } of decided.works)
    if (!isSound(after))
      return {
        answer: { _tag: "Corrupt", ...empty(command), account: leg.account, window: windowName(leg.window) },
        changes: [],
        works: []
      }
  return decided
}

const decideSettled = (
  rows: ReadonlyArray<AccountRows>,
  command: Command,
  nowMs: number,
  settings: Settings
): Decided => {
  switch (command.kind) {
    case "reserve":
      return reserve(command, settleAll(command.legs, rows, nowMs, settings))
    case "extend":
      return extend(command, settleAll(command.legs, rows, nowMs, settings))
    case "finalize":
      return finalize(command, settleAll(command.legs, rows, nowMs, settings), settings)
    case "release":
      return release(command, settleAll(command.legs, rows, nowMs, settings))
    case "charge":
      return charge(command, settleAll(command.legs, rows, nowMs, settings))
    case "adjust":
      return adjust(command, settle(command.legs[0], 0, rows[0]!, nowMs, settings))
    case "lookup":
      return lookup(command, settleAll(command.legs, rows, nowMs, settings))
  }
}

const settleAll = <Leg extends AccountRef>(
  legs: ReadonlyArray<Leg>,
  rows: ReadonlyArray<AccountRows>,
  nowMs: number,
  settings: Settings
): ReadonlyArray<Work<Leg>> => legs.map((leg, index) => settle(leg, index, rows[index]!, nowMs, settings))

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
const isSound = ({ account, due }: AccountRows): boolean => {
  for (const row of due) if (!(row.count > 0 && isAmount(row.amount) && isAmount(row.cost))) return false
  return (
    account === undefined ||
    (isAmount(account.used) && isAmount(account.reserved) && account.reserved <= MAX_AMOUNT - account.used)
  )
}
