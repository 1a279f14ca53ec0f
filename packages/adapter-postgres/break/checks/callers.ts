/**
 * Many callers at once over few accounts, each with an order of its own: rounds that begin with empty tables, so that accounts are made at once, too. The
 * longer form, with processes, is test/concurrency.test.ts.
 */
import { readCommand } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"

import { Draw } from "../../../sim/src/mutants/draw.ts"
import { postgresStore } from "../../src/index.ts"
import { pgDriver } from "../../src/pg-driver.ts"
import type { PostgresDriver } from "../../src/driver.ts"
import type { Bench, Check } from "../../test/checks/check.ts"
import { auditText } from "../../test/support/audit.ts"
import { accountsOf, LEGS } from "../../test/support/traffic.ts"

const ROUNDS = 4
const CALLERS = 6
const CALLS = 12

const shuffled = <A>(draw: Draw, items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const left = [...items]
  return items.map(() => left.splice(draw.below(left.length), 1)[0]!)
}

export const callersCheck: Check = {
  name: "many callers at once",
  run: async (bench) => {
    for (let number = 0; number < ROUNDS; number++) await round(bench, new Draw(number), number)
  }
}

const round = async ({ pool, schema }: Bench, draw: Draw, number: number): Promise<void> => {
  const driver = tellsDeadlocks(pgDriver(pool, false, true))
  const store = postgresStore({ driver, schema, callTimeoutMs: 3_000, batch: false })
  const accounts = accountsOf().map((leg) => ({ ...leg, account: `${number} ${leg.account}` }))
  const some = () => shuffled(draw, accounts).slice(0, LEGS)
  const call = async (caller: number, at: number): Promise<void> => {
    const [one, two] = [some(), some()]
    const id = (which: number): string => `${number}-${caller}-${at}-${which}`
    const reserve = (which: number, legs: typeof one) =>
      readCommand({ kind: "reserve", id: id(which), ttlMs: 60_000, legs: legs.map((leg) => ({ ...leg, amount: 1 })) })
    const release = (which: number, legs: typeof one) =>
      readCommand({ kind: "release", id: id(which), legs: shuffled(draw, legs) })
    await Effect.runPromise(store.execute([reserve(1, one), reserve(2, two)]))
    await Effect.runPromise(store.execute([release(1, one)]))
    if (at % 2 === 0) await Effect.runPromise(store.execute([release(2, two)]))
  }
  const caller = async (number: number): Promise<void> => {
    for (let at = 0; at < CALLS; at++) await call(number, at)
  }
  // A round may end by a failure while others still write: they are waited for.
  const ended = await Promise.allSettled(Array.from({ length: CALLERS }, (_, number) => caller(number)))
  for (const one of ended) if (one.status === "rejected") throw one.reason
  const { rows } = await pool.query<{ fault: string }>(auditText(schema))
  if (rows[0] !== undefined) throw new Error(rows[0].fault)
}

/** The store calls again after a deadlock, and so hides it. */
const tellsDeadlocks = (driver: PostgresDriver): PostgresDriver => ({
  query: async (text, values, options) => {
    try {
      return await driver.query(text, values, options)
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "40P01")
        throw new Error("a deadlock", { cause: error })
      throw error
    }
  }
})
