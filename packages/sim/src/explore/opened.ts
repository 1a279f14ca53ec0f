/**
 * What is under way inside the store.
 */
import type { AccountAnswer, AccountRef, Outcome } from "@tallystick/core/machine"
import type { CallError } from "@tallystick/core/store"

import type { Message } from "../workload/client.ts"
import type { Call } from "../world/call.ts"

/** The store executes a message. */
export interface Executing {
  readonly message: Message
  readonly call: Call<ReadonlyArray<Outcome>, CallError>
  /** Which one it was: calls that were decided together count in the order in which they came. */
  readonly begun: number
}

/** The operator reads all accounts. */
interface Reading {
  readonly message: undefined
  readonly call: Call<ReadonlyArray<AccountAnswer>, CallError>
  readonly refs: ReadonlyArray<AccountRef>
  readonly sent: number
}

/** A call that stopped inside the store. */
export type Opened = Executing | Reading
