/**
 * The Postgres adapter: the machine as one SQL function, one trip per call.
 */
import { InvalidInput, readAccounts, readCommands, readInteger, readText, readWindow } from "@tallystick/core/machine"
import type { AccountRef, Command } from "@tallystick/core/machine"
import { CorruptError, MisconfiguredError, NotAppliedError, OutcomeUnknownError } from "@tallystick/core/store"
import type { AccountId, CallError, Hold, Page, PageRequest, QuotaStore, SweepReport } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Pool } from "pg"

import { callerOf } from "./call.ts"
import type { Caller } from "./call.ts"
import { decodeOutcome, decodeUsage } from "./decode.ts"
import type { PostgresDriver } from "./driver.ts"
import { encodeCommands, encodeHolds, encodeSweep, encodeUsage } from "./encode.ts"
import type { CallInput, CallTerms } from "./encode.ts"
import { decodeHolds } from "./holds.ts"
import { readOptions } from "./options.ts"
import type { PostgresStoreOptions, StoreTerms } from "./options.ts"
import { pgDriver } from "./pg-driver.ts"
import { VERSION } from "./schema.ts"

/**
 * A store in Postgres: durable, exact under any number of processes, with a ledger of every change.
 *
 * The schema must be there (`migrate`). One call is one trip and one transaction of its own. `within` gives the same store inside a transaction of yours.
 *
 * @example
 * const quota = createQuota({ store: postgresStore({ url: process.env.DATABASE_URL }) })
 */
export const postgresStore = (options: PostgresStoreOptions): QuotaStore => {
  const terms = readOptions(options)
  const pool = options.pool ?? new Pool({ ...options.options, connectionString: options.url })
  return storeOf(pgDriver(pool, options.pool === undefined), terms, false)
}

/** The store over any driver. */
export const storeOf = (driver: PostgresDriver, terms: StoreTerms, isWithin: boolean): QuotaStore => {
  const caller = callerOf(driver, { callTimeoutMs: terms.callTimeoutMs, schema: terms.schema, isWithin })
  const ask = asker(caller, terms)
  // Accounts are swept in turn, so that those which live do not hide the forgotten ones behind them.
  let sweptTo: ReadonlyArray<string> | null = null
  return {
    capabilities: { atomicOver: "database", durable: true, clock: terms.clock, ledger: true },
    execute: (commands) =>
      ask(
        "execute",
        () => readCommands(commands),
        encodeCommands,
        (read: ReadonlyArray<Command>, rows) => read.map((command, index) => decodeOutcome(command, rows[index]!))
      ),
    usage: (accounts) =>
      ask(
        "execute",
        () => readAccounts(accounts),
        encodeUsage,
        (read: ReadonlyArray<AccountRef>, rows) => (read.length === 0 ? [] : decodeUsage(read, rows[0]!))
      ),
    holds: (account, page) =>
      ask(
        "holds",
        () => readHolds(account, page),
        encodeHolds,
        ({ limit }, rows): Page<Hold> => decodeHolds(limit, rows)
      ),
    sweep: (limit) =>
      ask(
        "sweep",
        () => ({ after: sweptTo, limit: readInteger(limit, "limit", 1, 1_000_000) }),
        encodeSweep,
        (_, rows): SweepReport => {
          const { after, ...report }: SweepReport & { readonly after: ReadonlyArray<string> | null } = JSON.parse(
            rows[0]!
          )
          sweptTo = after
          return report
        }
      ),
    close: driver.close === undefined ? Effect.void : Effect.promise(driver.close)
  }
}

const readHolds = (account: AccountId, page: PageRequest) => ({
  account: { account: readText(account.account, "account"), window: readWindow(account.window, "window") },
  after: page.after === undefined ? undefined : readText(page.after, "page.after"),
  limit: readInteger(page.limit, "page.limit", 1, 1_000)
})

/** Reads the input, asks the function of this name, and makes the answer of its rows. */
const asker =
  (caller: Caller, terms: StoreTerms) =>
  <Input, A>(
    name: "execute" | "holds" | "sweep",
    read: () => Input,
    encode: (input: Input, terms: CallTerms) => CallInput,
    decode: (input: Input, rows: ReadonlyArray<string>) => A
  ): Effect.Effect<A, CallError> =>
    Effect.flatMap(Clock.currentTimeMillis, (clockMs) =>
      Effect.tryPromise({
        try: async (signal) => {
          const input = read()
          const nowMs = terms.clock === "caller" ? Math.floor(clockMs) : null
          const encoded = encode(input, {
            ...terms.settings,
            nowMs,
            lockTimeoutMs: terms.lockTimeoutMs,
            version: VERSION
          })
          const text = `SELECT answer FROM ${terms.schema.quoted}.${name}($1::text[], $2::text[], $3::jsonb) AS answer`
          const values = [arrayText(encoded.accounts), arrayText(encoded.windows), encoded.input]
          const rows = await caller.call(text, values, signal)
          return decode(
            input,
            rows.map((row) => String(row["answer"]))
          )
        },
        catch: callErrorOf
      })
    )

/** An array as Postgres reads it, so that a driver needs to know nothing but texts. */
const arrayText = (items: ReadonlyArray<string>): string =>
  `{${items.map((item) => `"${item.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`

const callErrorOf = (error: unknown): CallError => {
  if (error instanceof InvalidInput || error instanceof NotAppliedError || error instanceof OutcomeUnknownError)
    return error
  if (error instanceof MisconfiguredError || error instanceof CorruptError) return error
  return new CorruptError(`the function's answer cannot be read: ${String(error)}`, { cause: error })
}
