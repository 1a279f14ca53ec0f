/**
 * The Postgres adapter: the machine as one SQL function, one trip per call.
 */
import { deadlineAfter } from "@tallystick/core/deadline"
import { readAccounts, readCommands, readInteger, readText, readWindow } from "@tallystick/core/machine"
import type { AccountRef, Command, Outcome } from "@tallystick/core/machine"
import { batched } from "@tallystick/core/store"
import type {
  AccountId,
  CallError,
  Hold,
  Page,
  PageRequest,
  Prepare,
  QuotaStore,
  SweepReport
} from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { Pool, type PoolConfig } from "pg"

import { type Ask, asker, type Question } from "./ask.ts"
import { decodeOutcomes, decodeUsage } from "./decode.ts"
import type { PostgresDriver } from "./driver.ts"
import { encodeCommands, encodeHolds, encodeSweep, encodeUsage } from "./encode.ts"
import { readErrorOf } from "./errors.ts"
import { decodeHolds } from "./holds.ts"
import { readOptions } from "./options.ts"
import type { PostgresStoreOptions, StoreTerms } from "./options.ts"
import { pgDriver } from "./pg-driver.ts"
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
  const ask = asker(driver, terms, false)
  const alone = storeOf(ask, driver, terms, false)
  const store =
    options.batch === false ? alone : batched(alone, options.batch, deadlineAfter(terms.callTimeoutMs), preparing(ask))
  return {
    ...store,
    within: (transaction) => {
      const inside = transactionDriver(transaction, terms.schema)
      return storeOf(asker(inside, terms, true), inside, terms, true)
    }
  }
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

/** For group commit. What waits for a flush has been read: to read it again took 2 to 3 % of the client. */
const preparing =
  (ask: Ask): Prepare =>
  (commands) => {
    const encoded = encodeCommands(commands)
    return ask(
      "execute",
      () => commands,
      () => encoded,
      outcomesOf
    )
  }

const outcomesOf = (commands: ReadonlyArray<Command>, rows: ReadonlyArray<string>): ReadonlyArray<Outcome> =>
  decodeOutcomes(commands, rows[0]!)

/** The store over any driver. */
const storeOf = (begin: Ask, driver: PostgresDriver, terms: StoreTerms, isWithin: boolean): QuotaStore => {
  const ask = <Input, A>(...question: Question<Input, A>): Effect.Effect<A, CallError> =>
    Effect.flatten(begin(...question))
  // In somebody's transaction a read that is still under way matters, too: it is to be rolled back.
  const askToRead: typeof ask = (...question) =>
    isWithin ? ask(...question) : Effect.mapError(ask(...question), readErrorOf)
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
    execute: (commands) => ask("execute", () => readCommands(commands), encodeCommands, outcomesOf),
    usage: (accounts) =>
      askToRead(
        "execute",
        () => readAccounts(accounts),
        encodeUsage,
        (read: ReadonlyArray<AccountRef>, rows) => (read.length === 0 ? [] : decodeUsage(read, rows[0]!))
      ),
    holds: (account, page) =>
      askToRead(
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
