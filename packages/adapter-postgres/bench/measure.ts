/**
 * What the Postgres store costs: `node packages/adapter-postgres/bench/measure.ts postgres://… [--only latency,pairs,commands,bytes,expiry] [--seconds 2] [--rounds 3]`
 *
 * On a server that runs `initdb`'s settings (durable). `commands` needs `pg_stat_statements` in shared_preload_libraries, with track = all.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"

import { measureBytes } from "./bytes.ts"
import { measureCommands } from "./commands.ts"
import { measureExpiry } from "./expiry.ts"
import { measureLatency } from "./latency.ts"
import { measurePairs } from "./pairs.ts"
import type { Bench } from "./bench.ts"

const url = process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres"
const optionOf = (name: string, usual: string): string => {
  const at = process.argv.indexOf(name)
  return at === -1 ? usual : process.argv[at + 1]!
}
const only = optionOf("--only", "latency,pairs,commands,bytes,expiry").split(",")

const schema = `measure_${process.pid}`
const trial = await trialSchema(url, schema)
const bench: Bench = {
  url,
  schema,
  pool: trial.pool,
  store: postgresStore({ pool: trial.pool, schema, batch: false }),
  batched: postgresStore({ pool: trial.pool, schema }),
  seconds: Number(optionOf("--seconds", "2")),
  rounds: Number(optionOf("--rounds", "3")),
  empty: trial.empty
}
const parts = {
  latency: measureLatency,
  pairs: measurePairs,
  commands: measureCommands,
  bytes: measureBytes,
  expiry: measureExpiry
}
for (const [name, measure] of Object.entries(parts)) if (only.includes(name)) await measure(bench)
await trial.remove()
