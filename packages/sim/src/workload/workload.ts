/**
 * What a run's clients have in common: accounts, ids, and what somebody last saw of the accounts.
 */
import type { AccountAnswer, AccountRef, Adjust } from "@tallystick/core/machine"
import type { Hold } from "@tallystick/core/store"

import { numberOf, refOf } from "./accounts.ts"
import type { Edges } from "./amounts.ts"
import { KnownIds } from "./known.ts"
import type { Seen } from "./seen.ts"
import type { Swarm } from "./swarm.ts"

export class Workload implements Seen {
  readonly swarm: Swarm
  readonly ids = new KnownIds()
  readonly numberOf = numberOf
  readonly adjusts: Array<Adjust> = []
  /** What the judge last read, account by account: amounts aim at its edges. */
  state: ReadonlyArray<AccountAnswer> = []
  readonly holds: Array<ReadonlyArray<Hold>> = []
  /** How the judge reads the accounts; undefined where that changes with time. */
  readonly #refs: ReadonlyArray<AccountRef> | undefined

  constructor(swarm: Swarm) {
    this.swarm = swarm
    const isTimeless = swarm.accounts.every(({ window }) => window.kind !== "calendar")
    this.#refs = isTimeless ? swarm.accounts.map((plan) => refOf(plan, swarm.startMs)) : undefined
  }

  refsAt(nowMs: number): ReadonlyArray<AccountRef> {
    return this.#refs ?? this.swarm.accounts.map((plan) => refOf(plan, nowMs))
  }

  /** Ids that hold something, as the judge last read; those of an earlier window last, since there are few. */
  heldIds(): ReadonlyArray<string> {
    const ids: Array<string> = []
    for (const holds of this.holds) for (const hold of holds) if (hold.windowPassed) ids.push(hold.id)
    for (const holds of this.holds) for (const hold of holds) if (!hold.windowPassed) ids.unshift(hold.id)
    return ids
  }

  edges(account: number): Edges {
    const seen = this.state[account]
    if (seen !== undefined) return { limit: seen.limit, spendable: seen.spendable }
    const limit = this.swarm.accounts[account]!.limit ?? null
    return { limit, spendable: limit }
  }

  /** Numbers of the accounts that a request names: mostly one, else two, sometimes in the other order, or all. */
  pickAccounts(number: number): ReadonlyArray<number> {
    const picks = this.swarm.accounts.length === 2 ? ofTwo : ofThree
    return picks[number < 64 ? 0 : number % picks.length]!
  }
}

const ofTwo: ReadonlyArray<ReadonlyArray<number>> = [[0], [0, 1], [1], [1, 0], [0, 1]]
const ofThree: ReadonlyArray<ReadonlyArray<number>> = [[0], [0, 1], [1], [2, 0], [0, 1, 2], [2], [1, 2], [2, 1, 0], [0]]
