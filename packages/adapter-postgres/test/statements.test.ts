/**
 * A call sends as many statements inside the server, whatever the number of its commands: nothing is done per command that can be done per call.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { type Command, readCommand } from "@tallystick/core/machine"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Pool } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"

const schema = await schemaName()
const server = await postgresServer()

/** auto_explain tells each statement, also those inside of functions. It comes with Postgres, but not with the one of npm. */
const settings = [
  "LOAD 'auto_explain'",
  "SET auto_explain.log_min_duration = 0",
  "SET auto_explain.log_nested_statements = on",
  "SET auto_explain.log_level = notice"
].join(";")

const leg = (account: string, more: object) => ({ account, unit: "u", limit: 1_000_000, ...more })
const reserve = (id: string, account: string, limit = 1_000_000): Command =>
  readCommand({ kind: "reserve", id, ttlMs: 60_000, legs: [leg(account, { amount: 1, limit })] })
const extend = (id: string, account: string): Command =>
  readCommand({ kind: "extend", id, ttlMs: 90_000, legs: [leg(account, { total: 2, measured: 1 })] })
const finalize = (id: string, account: string): Command =>
  readCommand({ kind: "finalize", id, legs: [leg(account, { actual: 1 })] })

describeWith(server, "statements inside of a call", ({ url }) => {
  let trial: TrialSchema
  let pool: Pool
  let told: Array<string> = []
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
    pool = new Pool({ connectionString: url, max: 1 })
    pool.on("connect", (client) => client.on("notice", ({ message }) => told.push(message ?? "")))
  })
  afterAll(async () => {
    await pool.end()
    await trial.remove()
  })

  /** The statements of one call, but for the call itself, and for what is only reckoned when a plan is made (`SELECT 3`, the version). */
  const statementsOf = async (commands: ReadonlyArray<Command>): Promise<number> => {
    told = []
    await Effect.runPromise(postgresStore({ pool, schema, batch: false }).execute(commands))
    return told.filter((message) => message.includes("Query Text:") && message.includes(schema)).length - 1
  }
  const many = (make: (id: string, account: string) => Command, accounts: number, commands = 100) =>
    Array.from({ length: commands }, (_, at) => make(`r${at}`, `${accounts}-${at % accounts}`))

  test("are as many for a hundred commands as for one", async (context) => {
    const isThere = await pool.query(settings).then(
      () => true,
      () => false
    )
    if (!isThere) return context.skip("no auto_explain")
    await statementsOf([reserve("first", "1-0")])
    for (const make of [reserve, extend, finalize]) {
      // Lock, fetch, and one for each of four tables; an extension takes from one due row and adds to another. Of one item alone, a known one's due row is
      // fetched by a statement of its own.
      const most = make === extend ? 7 : 6
      const alone = make === reserve ? most : most + 1
      expect([make.name, await statementsOf([make("one", "1-0")])]).toEqual([make.name, alone])
      expect([make.name, await statementsOf(many(make, 1))]).toEqual([make.name, most])
      // Where many are made, one makes them, and one takes back what was only locked.
      expect(await statementsOf(many(make, 50))).toBeLessThanOrEqual(most + 2)
    }
    // Denied, each told when trying again helps, between endings that move that time.
    const full = Array.from({ length: 100 }, (_, at) =>
      at % 3 === 0 ? finalize(`f${at}`, "full") : reserve(`f${at + 1}`, "full", 20)
    )
    expect(
      await statementsOf(Array.from({ length: 30 }, (_, at) => reserve(`f${at * 3}`, "full", 20)))
    ).toBeLessThanOrEqual(10)
    expect(await statementsOf(full)).toBeLessThanOrEqual(9)
  })
})
