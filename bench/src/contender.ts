/**
 * What runs against what: one way to open and settle a call, for a number of callers in a loop.
 */
import * as Effect from "effect/Effect"

/** What one call holds at first, and what it used in the end. */
export const HELD = 10
export const USED = 7
export const LIMIT = 1_000_000_000_000

/** What a contender is made for. Each one gets a name of its own, so that none sees another's accounts. */
export interface Case {
  readonly name: string
  readonly callers: number
  /** 1: one hot account. */
  readonly accounts: number
  readonly legs: number
}

/** One caller's turns, as the round hands them out. */
export interface Turns {
  /** The next pair begins: which account it is for. Undefined: the round is over. */
  readonly begin: () => number | undefined
  /** Different in every pair. */
  readonly id: () => string
  /** The first half of the pair is done. */
  readonly opened: () => void
  /** The pair is done. */
  readonly settled: () => void
}

export interface Contender {
  readonly name: string
  /** Runs one caller's turns until they are over. */
  readonly call: (turns: Turns) => Promise<void>
  /** The sum of what the store says was used, in all accounts and legs. */
  readonly used: () => Promise<number>
  readonly close: () => Promise<void>
}

export type MakeContender = (of: Case) => Promise<Contender>

/** Loops of promises: how peers are called. */
export const promiseCaller =
  (
    open: (account: number, id: string) => Promise<unknown>,
    settle: (account: number, id: string) => Promise<unknown>
  ) =>
  async (turns: Turns): Promise<void> => {
    for (let account = turns.begin(); account !== undefined; account = turns.begin()) {
      const id = turns.id()
      await open(account, id)
      turns.opened()
      await settle(account, id)
      turns.settled()
    }
  }

/** Loops of Effect: how its own users call a store. */
export const effectCaller =
  <E>(
    open: (account: number, id: string) => Effect.Effect<unknown, E>,
    settle: (account: number, id: string) => Effect.Effect<unknown, E>
  ) =>
  (turns: Turns): Promise<void> =>
    Effect.runPromise(
      Effect.gen(function* () {
        for (let account = turns.begin(); account !== undefined; account = turns.begin()) {
          const id = turns.id()
          yield* open(account, id)
          turns.opened()
          yield* settle(account, id)
          turns.settled()
        }
      })
    )

/** `ROUND:ACCOUNT:LEG`, of all legs of an account. */
export const legNames = ({ accounts, legs, name }: Case): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: accounts }, (_, account) =>
    Array.from({ length: legs }, (_, leg) => `${name}:${account}:${leg}`)
  )
