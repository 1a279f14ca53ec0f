/**
 * The state machine: pure data in, pure data out. It imports nothing outside this folder, reads no clock and rolls no dice.
 *
 * keysOf(command)               what to fetch; lockOrderOf: in which one order to lock it
 * decide(rows, command, nowMs)  the answer and the changes; may refuse
 * apply(rows, change)           the rows after a change; total
 */
export * from "./account.ts"
export { addedDue, apply, applyToAccount, blankAccount } from "./apply.ts"
export { calendarStarts } from "./calendar.ts"
export type * from "./command.ts"
export * from "./constants.ts"
export { decide, notAppliedOf } from "./decide.ts"
export type { Decided } from "./decided.ts"
export { accountsDigest, adjustmentDigest, chargeDigest, reserveDigest } from "./digest.ts"
export { compareDue, isForgottenAccount } from "./due.ts"
export { InvalidInput } from "./invalid-input.ts"
export { dueNeeded, keysOf, lockOrderOf } from "./keys.ts"
export type { DueNeeded, Keys } from "./keys.ts"
export type * from "./outcome.ts"
export { readAccount, readAccounts, readLegs, readWindow } from "./read-account.ts"
export { readArray, readChoice, readInteger, readObject, readText } from "./check.ts"
export { readSettings } from "./read-settings.ts"
export { MAX_COMMANDS, readCommand, readCommands } from "./read-command.ts"
export { presentPeriod, usage } from "./read.ts"
export type * from "./rows.ts"
export { debtOf, limitInForce, spendableOf, statusOf, warnAmount } from "./status.ts"
export { accountTime, deadlineOf, isForgottenEntry, isOver } from "./time.ts"
export { accountAnswerOf, answerOf } from "./verdict.ts"
export type { AccountFacts, AskedFacts, EntryFacts, LegFacts, Verdict } from "./verdict.ts"
export type * from "./window.ts"
export { boundsAt, isOutside, isRollDue } from "./windows.ts"
