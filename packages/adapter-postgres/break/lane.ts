/**
 * A database of one lane, whose functions are broken and mended again.
 */
import { Client, Pool } from "pg"

import { trialSchema } from "../src/index.ts"
import type { TrialSchema } from "../src/index.ts"
import { auditText } from "../test/support/audit.ts"
import type { Bench } from "../test/checks/check.ts"

export const SCHEMA = "broken"

/** Hundreds of times what any statement takes: also on a machine that is busy with more. */
const STATEMENT_MS = 10_000

const settings = [
  `statement_timeout=${STATEMENT_MS}`,
  "jit=off",
  "plan_cache_mode=force_generic_plan",
  // Two that wait for each other learn it soon.
  "deadlock_timeout=10ms"
]

export type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>

export class Lane {
  readonly bench: Bench
  readonly #trial: TrialSchema
  readonly #client: Client
  readonly #endDatabase: () => Promise<void>

  private constructor(bench: Bench, trial: TrialSchema, client: Client, endDatabase: () => Promise<void>) {
    this.bench = bench
    this.#trial = trial
    this.#client = client
    this.#endDatabase = endDatabase
  }

  static async open(serverUrl: string, number: number): Promise<Lane> {
    const admin = new Pool({ connectionString: serverUrl, max: 1 })
    const name = `lane_${number}`
    await admin.query(`CREATE DATABASE ${name}`)
    for (const setting of settings) {
      const [key, value] = setting.split("=")
      await admin.query(`ALTER DATABASE ${name} SET ${key} = '${value}'`)
    }
    const url = new URL(serverUrl)
    url.pathname = name
    const trial = await trialSchema(url.href, SCHEMA)
    const client = new Client({ connectionString: url.href })
    client.on("error", () => {})
    await client.connect()
    await client.query(`PREPARE audit AS ${auditText(SCHEMA)}`)
    const pool = new Pool({ connectionString: url.href, max: 8 })
    pool.on("error", () => {})
    return new Lane({ schema: SCHEMA, pool }, trial, client, async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    })
  }

  /** @throws what the server says of a text that it does not take */
  async replace(text: string): Promise<void> {
    await this.#client.query(text)
  }

  /** In one trip and one transaction, of which nothing stays. @throws what the server says of the first statement that fails */
  async play(text: string): Promise<ReadonlyArray<Rows>> {
    try {
      const results = (await this.#client.query(`BEGIN;${text};ROLLBACK`)) as never as ReadonlyArray<{ rows: Rows }>
      return results.slice(1, -1).map(({ rows }) => rows)
    } catch (error) {
      await this.#client.query("ROLLBACK")
      throw error
    }
  }

  async empty(): Promise<void> {
    await this.#trial.empty()
  }

  async close(): Promise<void> {
    await this.#client.end()
    await this.bench.pool.end()
    await this.#trial.remove()
    await this.#endDatabase()
  }
}
