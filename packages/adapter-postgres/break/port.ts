/**
 * The store over a driver that sends nothing: what it would send, and what it makes of an answer.
 */
import type { Settings } from "@tallystick/core/machine"
import type { CallError, QuotaStore } from "@tallystick/core/store"
import type * as Effect from "effect/Effect"

import { postgresStore } from "../src/index.ts"
import type { PostgresDriver } from "../src/driver.ts"
import { runAt } from "../test/at.ts"
import { SCHEMA } from "./lane.ts"
import type { Rows } from "./lane.ts"

type Act<A> = (store: QuotaStore) => Effect.Effect<A, CallError>

/** The statement, its values written into it. */
export const sentBy = async (settings: Settings, nowMs: number, act: Act<unknown>): Promise<string> => {
  let sent = ""
  const driver: PostgresDriver = {
    query: async (text, values) => {
      sent = text.replaceAll(/\$(\d+)/g, (_, number: string) => literal(values[Number(number) - 1]!))
      throw new Error("nothing is sent")
    }
  }
  await runAt(nowMs, act(storeOver(driver, settings))).catch(() => {})
  if (sent === "") throw new Error("the store asked nothing")
  return sent
}

/** What the store says when the server answers this. */
export const readBy = <A>(settings: Settings, nowMs: number, rows: Rows, act: Act<A>): Promise<A> =>
  runAt(nowMs, act(storeOver({ query: async () => ({ rows }) }, settings)))

const storeOver = (driver: PostgresDriver, settings: Settings): QuotaStore =>
  postgresStore({ driver, schema: SCHEMA, clock: "caller", batch: false, ...settings })

const literal = (value: string | null): string => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`)
