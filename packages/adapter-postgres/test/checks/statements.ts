/**
 * What a call sends inside of the server, statement by statement: nothing for what has not changed.
 */
import { readCommand } from "@tallystick/core/machine"

import { postgresStore } from "../../src/index.ts"
import { runAt } from "../at.ts"
import { charge, finalize, leg, release, reserve, same, settings, START_MS } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

/** auto_explain tells each statement, also those inside of functions. It comes with Postgres, but not with the one of npm. */
export const telling = [
  "LOAD 'auto_explain'",
  "SET auto_explain.log_min_duration = 0",
  "SET auto_explain.log_nested_statements = on",
  "SET auto_explain.log_level = notice"
].join(";")

/** `insert ledger`: what a statement does, to which table. */
const wordsOf = (message: string, schema: string): string | undefined => {
  const text = message.slice(message.indexOf("Query Text:") + "Query Text:".length).split(/\n\S[^\n]*\(cost=/)[0]!
  const tables = [
    ...text.matchAll(new RegExp(`(?<!::"?)"?${schema}"?\\.(account|entry|due|adjustment|ledger)\\b(?! ?\\[|\\))`, "g"))
  ]
  const [, verb] = /^\s*(\w+)/.exec(text)!
  const table = tables[0]?.[1]
  return table === undefined ? undefined : `${verb!.toLowerCase()} ${table}`
}

export const statementsIn = async (
  { pool, schema }: Bench,
  calls: ReadonlyArray<readonly [nowMs: number, ...commands: ReadonlyArray<object>]>
): Promise<ReadonlyArray<ReadonlyArray<string>> | undefined> => {
  const client = await pool.connect()
  let told: Array<string> = []
  const hear = ({ message }: { message?: string | undefined }): void => void told.push(message ?? "")
  client.on("notice", hear)
  try {
    const isThere = await client.query(telling).then(
      () => true,
      () => false
    )
    if (!isThere) return undefined
    // Whoever had the connection before: what a plan reckons as it is made (a blank account) is told as well, and is no statement of a call.
    await client.query("DISCARD PLANS")
    const driver = { query: (text: string, values: ReadonlyArray<string | null>) => client.query(text, [...values]) }
    const store = postgresStore({ driver, schema, clock: "caller", batch: false, ...settings })
    const all: Array<ReadonlyArray<string>> = []
    for (const [nowMs, ...commands] of calls) {
      told = []
      await runAt(nowMs, store.execute(commands.map((command) => readCommand(command))))
      all.push(told.flatMap((message) => wordsOf(message, schema) ?? []))
    }
    return all
  } finally {
    client.off("notice", hear)
    client.release(true)
  }
}

const one = (account: string) => leg(account, { amount: 1 })
const little = (account: string) => leg(account, { amount: 1, limit: 0, settle: "none" })

const idle = leg("a", { amount: 1, window: { kind: "idle", idleMs: 3_600_000 } })

const LOCK = "select account"
/** Of several accounts those that are missing are made first, and taken back at the end if nothing was written to them. */
const MAKE = "insert account"
const FETCH = "select entry"
/** Of a hold that is the one item of its call. */
const FETCH_DUE = "select due"
const WRITE = "update account"
const TELL = "insert ledger"

type Case = readonly [what: string, nowMs: number, commands: ReadonlyArray<object>, statements: ReadonlyArray<string>]

/** One after the other, on the same accounts. */
const cases: ReadonlyArray<Case> = [
  [
    "the first charge of an account",
    START_MS,
    [charge("c", one("a"))],
    [LOCK, MAKE, LOCK, FETCH, WRITE, "delete account", "insert entry", TELL]
  ],
  ["the next one", START_MS, [charge("d", one("a"))], [LOCK, FETCH, WRITE, "insert entry", TELL]],
  ["the same again", START_MS, [charge("d", one("a"))], [LOCK, FETCH, WRITE]],
  ["a reserve", START_MS, [reserve("r", 1_000, one("a"))], [LOCK, FETCH, WRITE, "insert entry", "insert due", TELL]],
  [
    "one more of its deadline",
    START_MS,
    [reserve("r2", 1_000, one("a"))],
    [LOCK, FETCH, WRITE, "insert entry", "insert due", TELL]
  ],
  [
    "an ending beside another hold",
    START_MS,
    [release("r", leg("a"))],
    [LOCK, FETCH, FETCH_DUE, WRITE, "update entry", "update due", TELL]
  ],
  [
    "the last ending of a deadline",
    START_MS,
    [release("r2", leg("a"))],
    [LOCK, FETCH, FETCH_DUE, WRITE, "update entry", "delete due", TELL]
  ],
  [
    "a reserve and its ending: the entry is written once",
    START_MS,
    [reserve("s", 1_000, one("a")), release("s", leg("a"))],
    [LOCK, FETCH, WRITE, "insert entry", "delete due", TELL]
  ],
  [
    "two that are denied by limit: what may free something is fetched once",
    START_MS,
    [reserve("v", 1_000, little("a")), reserve("w", 1_000, little("a"))],
    [LOCK, FETCH, "select due", WRITE]
  ],
  [
    "a reserve of two accounts",
    START_MS,
    [reserve("t", 1_000, one("a"), one("b"))],
    [MAKE, LOCK, FETCH, WRITE, "delete account", "insert entry", "insert due", TELL]
  ],
  ["a read", START_MS, [{ kind: "lookup", id: "t", legs: [leg("a"), leg("b")] }], ["with account"]],
  [
    "an ending of two accounts that are there",
    START_MS,
    [finalize("t", leg("a", { actual: 1 }), leg("b", { actual: 1 }))],
    [MAKE, LOCK, FETCH, WRITE, "update entry", "delete due", TELL]
  ],
  [
    "an adjustment",
    START_MS,
    [{ kind: "adjust", id: "x", adjustment: { kind: "close" }, legs: [leg("b")] }],
    [LOCK, FETCH, "select adjustment", WRITE, "insert adjustment", TELL]
  ],
  [
    "a reserve that will expire",
    START_MS,
    [reserve("u", 1_000, one("a"))],
    [LOCK, FETCH, WRITE, "insert entry", "insert due", TELL]
  ],
  [
    "the first call behind the expiry",
    START_MS + 2_000,
    [charge("e", one("a"))],
    [LOCK, FETCH, "with due", "with due", WRITE, "insert entry", TELL]
  ],
  [
    "the next one: a late ending",
    START_MS + 2_000,
    [finalize("u", leg("a", { actual: 1 }))],
    [LOCK, FETCH, FETCH_DUE, WRITE, "update entry", TELL]
  ],
  [
    "a hold that ends in time",
    START_MS + 2_000,
    [reserve("y", 1_000, one("a")), release("y", leg("a"))],
    [LOCK, FETCH, WRITE, "insert entry", "delete due", TELL]
  ],
  [
    "the first call behind its deadline: it looks, and finds nothing to settle",
    START_MS + 4_000,
    [charge("g", one("a"))],
    [LOCK, FETCH, "with due", WRITE, "insert entry", TELL]
  ],
  ["the next one does not look", START_MS + 4_000, [charge("h", one("a"))], [LOCK, FETCH, WRITE, "insert entry", TELL]],
  [
    "a hold that expires before another of its account",
    START_MS + 4_000,
    [reserve("k", 1_000, one("a")), reserve("l", 60_000, one("a"))],
    [LOCK, FETCH, WRITE, "insert entry", "insert due", TELL]
  ],
  [
    "and one of another window of the account between them",
    START_MS + 4_000,
    [reserve("m", 10_000, idle)],
    [LOCK, MAKE, LOCK, FETCH, WRITE, "delete account", "insert entry", "insert due", TELL]
  ],
  [
    "the call behind the first",
    START_MS + 6_000,
    [charge("n", one("a"))],
    [LOCK, FETCH, "with due", "with due", WRITE, "insert entry", TELL]
  ],
  [
    "behind the other window's nobody looks",
    START_MS + 20_000,
    [charge("o", one("a"))],
    [LOCK, FETCH, WRITE, "insert entry", TELL]
  ]
]

export const statementChecks: ReadonlyArray<Check> = [
  {
    name: "a call sends no statement for what has not changed",
    run: async (bench) => {
      const all = await statementsIn(
        bench,
        cases.map(([, nowMs, commands]) => [nowMs, ...commands] as const)
      )
      for (const [at, statements] of (all ?? []).entries()) {
        const [what, , , expected] = cases[at]!
        same(statements, expected, what)
      }
    }
  }
]
