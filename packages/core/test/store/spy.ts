/**
 * A memory store that writes down what it was asked, and fails on demand.
 */
import * as Effect from "effect/Effect"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import type { AccountRef, Command } from "../../src/machine/command.ts"
import type { CallError } from "../../src/store/errors.ts"
import type { Capabilities, QuotaStore, SweepReport } from "../../src/store/port.ts"

export interface Spy extends QuotaStore {
  readonly executed: Array<ReadonlyArray<Command>>
  readonly read: Array<ReadonlyArray<AccountRef>>
  readonly held: Array<unknown>
  readonly swept: Array<number>
  /** How often it was closed. */
  closed: number
  /** All calls do this instead, until it is taken away. */
  instead: Effect.Effect<never, CallError> | undefined
  /** What there is to sweep. */
  toSweep: number
}

export const spy = (capabilities: Partial<Capabilities> = {}): Spy => {
  const memory = memoryStore()
  const call = <A>(then: Effect.Effect<A, CallError>) => Effect.suspend(() => store.instead ?? then)
  const store: Spy = {
    capabilities: { ...memory.capabilities, ...capabilities },
    executed: [],
    read: [],
    held: [],
    swept: [],
    closed: 0,
    instead: undefined,
    toSweep: 0,
    execute: (commands) => {
      store.executed.push(commands)
      return call(memory.execute(commands))
    },
    usage: (accounts) => {
      store.read.push(accounts)
      return call(memory.usage(accounts))
    },
    holds: (account, page) => {
      store.held.push(account)
      return call(memory.holds(account, page))
    },
    sweep: (limit) =>
      call(
        Effect.sync((): SweepReport => {
          store.swept.push(limit)
          const entries = Math.min(limit, store.toSweep)
          store.toSweep -= entries
          return { entries, accounts: 0, more: store.toSweep > 0 }
        })
      ),
    close: Effect.suspend(() => {
      store.closed += 1
      return store.instead === undefined ? Effect.void : Effect.die(new Error("a bug of the store"))
    })
  }
  return store
}
