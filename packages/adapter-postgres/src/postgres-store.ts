/**
 * The Postgres adapter: the machine as one SQL function, one trip per call.
 */
import { deadlineAfter } from "@tallystick/core/deadline"
import { InvalidInput, readAccounts, readCommands, readInteger, readText, readWindow } from "@tallystick/core/machine"
import type { AccountRef, Command } from "@tallystick/core/machine"
import { batched, CorruptError, MisconfiguredError, NotAppliedError, OutcomeUnknownError } from "@tallystick/core/store"
import type { AccountId, CallError, Hold, Page, PageRequest, QuotaStore, SweepReport } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { Pool, type PoolConfig } from "pg"

import { callerOf } from "./call.ts"
import type { Caller } from "./call.ts"
import { decodeOutcomes, decodeUsage } from "./decode.ts"
import type { PostgresDriver } from "./driver.ts"
import { encodeCommands, encodeHolds, encodeSweep, encodeUsage, EXECUTE_VALUES } from "./encode.ts"
import type { CallTerms } from "./encode.ts"
import { decodeHolds } from "./holds.ts"
import { readOptions } from "./options.ts"
import type { PostgresStoreOptions, StoreTerms } from "./options.ts"
import { pgDriver } from "./pg-driver.ts"
import { VERSION } from "./schema.ts"
import { type Transaction, transactionDriver } from "./within.ts"

/**
 * A store in Postgres: durable, exact under any number of processes, with a ledger of every change.
 *
 * The schema must be there (`migrate`). One call is one trip and one transaction of its own. `within` gives the same store inside a transaction of yours.
 *
 * @example
 * const quota = createQuota({ store: postgresStore({ url: process.env.DATABASE_URL }) })
 */
export const postgresStore = (options: PostgresStoreOptions): PostgresStore => {
  const terms = readOptions(options)
  const driver = driverOf(options, terms)
  const store =
    options.batch === false
      ? storeOf(driver, terms, false)
      : // Commands that wait have been read: to read them again took 2 to 3 % of the client.
        batched(storeOf(driver, terms, false, asTheyAre), options.batch, deadlineAfter(terms.callTimeoutMs))
  return { ...store, within: (transaction) => storeOf(transactionDriver(transaction, terms.schema), terms, true) }
}

export interface PostgresStore extends QuotaStore {
  /**
   * The same store inside a transaction of the caller's, which must run at READ COMMITTED. What is rolled back never happened, what is committed did. After an
   * error of the store's the transaction has failed as a whole: roll it back, and begin again. Cheap: make one for each transaction, and leave it behind with it.
   *
   * A quota over it sends nothing behind the caller's back: no heartbeat, nothing again, nothing later; an ending that fails rejects. A reservation that it
   * opens is renewed by whoever resumes it behind the commit. Until the commit the accounts' rows are locked, so call no model in between.
   *
   * @example
   * await client.query("BEGIN")
   * await client.query("INSERT INTO orders (id) VALUES ($1)", [order])
   * await createQuota({ store: store.within(client) }).addCredit({ account, unit, amount: 500, paymentId: order })
   * await client.query("COMMIT")
   */
  readonly within: (transaction: Transaction) => QuotaStore
}

const driverOf = ({ driver, options, pool, url }: PostgresStoreOptions, terms: StoreTerms): PostgresDriver =>
  driver ?? pgDriver(pool ?? ownPool(url, options, terms), pool === undefined, terms.prepare)

/** pg would wait for ever for a server that takes a connection and says nothing, and so would the end of the pool. */
const ownPool = (url: string | undefined, options: PoolConfig | undefined, { callTimeoutMs }: StoreTerms): Pool =>
  new Pool({ connectionTimeoutMillis: callTimeoutMs, ...options, connectionString: url })

const asTheyAre = (commands: ReadonlyArray<Command>): ReadonlyArray<Command> => commands

/** The store over any driver. */
export const storeOf = (
  driver: PostgresDriver,
  terms: StoreTerms,
  isWithin: boolean,
  read: (commands: ReadonlyArray<Command>) => ReadonlyArray<Command> = readCommands
): QuotaStore => {
  const caller = callerOf(driver, { callTimeoutMs: terms.callTimeoutMs, schema: terms.schema, isWithin })
  const ask = asker(caller, terms)
  // Accounts are swept in turn, so that those which live do not hide the forgotten ones behind them.
  let sweptTo: ReadonlyArray<string> | null = null
  return {
    capabilities: {
      atomicOver: "database",
      durable: true,
      clock: terms.clock,
      ledger: true,
      settledRetentionMs: terms.settings.settledRetentionMs,
      ...(isWithin && { withinTransaction: true })
    },
    execute: (commands) =>
      ask(
        "execute",
        () => read(commands),
        encodeCommands,
        (items: ReadonlyArray<Command>, rows) => decodeOutcomes(items, rows[0]!)
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
    encode: (input: Input, terms: CallTerms) => ReadonlyArray<string>,
    decode: (input: Input, rows: ReadonlyArray<string>) => A
  ): Effect.Effect<A, CallError> =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.tryPromise({
        try: async (signal) => {
          const input = read()
          const clock = Context.get(context, Clock.Clock)
          const nowMs = terms.clock === "caller" ? Math.floor(clock.currentTimeMillisUnsafe()) : null
          const valuesFor = (lockTimeoutMs: number): ReadonlyArray<string> =>
            encode(input, { ...terms.settings, nowMs, lockTimeoutMs, version: VERSION })
          const random = (): number => Effect.runSyncWith(context)(Random.next)
          const text = `SELECT ${terms.schema.quoted}.${name}(${parameters[name]}) AS answer`
          const rows = await caller.call({ text, valuesFor, signal, random })
          return decode(
            input,
            rows.map((row) => String(row["answer"]))
          )
        },
        catch: callErrorOf
      })
    )

const parametersOf = (count: number): string => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ")

const parameters = { execute: parametersOf(EXECUTE_VALUES), holds: parametersOf(3), sweep: parametersOf(3) }

const callErrorOf = (error: unknown): CallError => {
  if (error instanceof InvalidInput || error instanceof NotAppliedError || error instanceof OutcomeUnknownError)
    return error
  if (error instanceof MisconfiguredError || error instanceof CorruptError) return error
  return new CorruptError(`the function's answer cannot be read: ${String(error)}`, { cause: error })
}
