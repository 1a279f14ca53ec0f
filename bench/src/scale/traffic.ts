/**
 * Commands for the measurements of size.
 */
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import { Refused } from "../contenders/commands.ts"
import { LIMIT } from "../contender.ts"

const common = (account: string) => ({
  account,
  window: { kind: "none" } as const,
  unit: "tokens",
  limit: LIMIT
})

export const reserve = (account: string, id: string, ttlMs = 60_000): Command => ({
  kind: "reserve",
  id,
  ttlMs,
  legs: [{ ...common(account), amount: 10, settle: "actual" }]
})

export const finalize = (account: string, id: string): Command => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [{ ...common(account), actual: 7 }]
})

/** @throws Refused if one was */
export const run = async (store: QuotaStore, commands: ReadonlyArray<Command>): Promise<void> => {
  for (const outcome of await Effect.runPromise(store.execute(commands)))
    if (!outcome.granted) throw new Refused(outcome)
}

const COMMANDS_PER_CALL = 500

/** Makes commands and sends them, many at a time. */
export const runMany = async (
  store: QuotaStore,
  count: number,
  commandOf: (index: number) => Command
): Promise<void> => {
  for (let from = 0; from < count; from += COMMANDS_PER_CALL) {
    const size = Math.min(COMMANDS_PER_CALL, count - from)
    await run(
      store,
      Array.from({ length: size }, (_, at) => commandOf(from + at))
    )
  }
}

/** Accounts with one ended request each. */
export const fill = async (store: QuotaStore, count: number, accountOf: (index: number) => string): Promise<void> => {
  await runMany(store, count, (index) => reserve(accountOf(index), "first"))
  await runMany(store, count, (index) => finalize(accountOf(index), "first"))
}
