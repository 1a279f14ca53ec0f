/**
 * What the judge needs of the Book, and what it is shown.
 */
import type { AccountAnswer, AccountRef, Command, Outcome } from "@tallystick/core/machine"
import type { AccountId, Hold } from "@tallystick/core/store"

/** A second formulation of the rules that shares no code with the machine. */
export interface Oracle {
  execute(commands: ReadonlyArray<Command>, nowMs: number): ReadonlyArray<Outcome>
  usage(accounts: ReadonlyArray<AccountRef>, nowMs: number): ReadonlyArray<AccountAnswer> | null
  holds(account: AccountId, nowMs: number): ReadonlyArray<HeldAmount>
}

/** What the Book says of a hold. */
export type HeldAmount = Pick<Hold, "id" | "held" | "measured" | "expiresInMs" | "windowPassed">

/** A call that the store has answered. */
export interface Executed {
  readonly lane: string
  readonly commands: ReadonlyArray<Command>
  readonly outcomes: ReadonlyArray<Outcome>
  /** The time that its clock showed it, and the how-manieth reading of all that was: its place in the order. */
  readonly nowMs: number
  readonly reading: number
}

/** The accounts as the store shows them at one time, in the order of their numbers. */
export interface Snapshot {
  readonly nowMs: number
  readonly refs: ReadonlyArray<AccountRef>
  readonly accounts: ReadonlyArray<AccountAnswer>
  /** Live holds of the accounts that were asked; undefined: it was not. */
  readonly holds: ReadonlyArray<ReadonlyArray<Hold> | undefined>
}

/** The number of the account that a leg names; the same for all commands of a run. */
export type NumberOf = (leg: AccountRef) => number
