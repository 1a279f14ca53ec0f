/**
 * A store and the Book side by side over random programs, until the first answer that differs.
 */
import { isDeepStrictEqual } from "node:util"

import type { AccountTerms, Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { Book } from "../oracle/book.ts"
import type { MakeStore } from "./build.ts"
import { programOf } from "./program.ts"
import type { Program } from "./program.ts"

export interface Difference {
  /** The how-manieth program showed it, from 1, and its how-manieth command. */
  readonly program: number
  readonly step: number
  readonly command: Command
  readonly expected: unknown
  readonly actual: unknown
}

/** The first difference within so many programs; undefined if there is none. */
export const firstDifference = (make: MakeStore, seed: number, programs: number): Difference | undefined => {
  for (let number = 1; number <= programs; number++) {
    const found = differenceIn(make, programOf(seed * 1_000_003 + number))
    if (found !== undefined) return { program: number, ...found }
  }
  return undefined
}

const differenceIn = (make: MakeStore, program: Program): Omit<Difference, "program"> | undefined => {
  const { settings, accounts, steps } = program
  const store = make(settings)
  const book = new Book(settings)
  for (const [index, { nowMs, command }] of steps.entries()) {
    const expected = [book.execute([command], nowMs), book.usage(accounts, nowMs)]
    const actual = answersOf(store, command, accounts, nowMs)
    if (!isDeepStrictEqual(actual, expected)) return { step: index + 1, command, expected, actual }
  }
  return undefined
}

/** The store's answer to a command, and what its accounts look like then. A store that throws has answered that. */
const answersOf = (
  store: QuotaStore,
  command: Command,
  accounts: ReadonlyArray<AccountTerms>,
  nowMs: number
): unknown => {
  const both = Effect.all([store.execute([command]), store.usage(accounts)])
  try {
    return Effect.runSync(Effect.provideService(both, Clock.Clock, clockAt(nowMs)))
  } catch (error) {
    return error
  }
}

/** A clock that stands still. */
const clockAt = (nowMs: number): Clock.Clock => {
  const nanos = BigInt(nowMs) * 1_000_000n
  return {
    currentTimeMillisUnsafe: () => nowMs,
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeNanosUnsafe: () => nanos,
    currentTimeNanos: Effect.succeed(nanos),
    monotonicTimeNanosUnsafe: () => nanos,
    monotonicTimeNanos: Effect.succeed(nanos),
    sleep: () => Effect.never
  }
}
