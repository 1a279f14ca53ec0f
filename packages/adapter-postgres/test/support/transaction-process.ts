/**
 * A process that charges within a transaction and does not end it: `node transaction-process.ts URL SCHEMA ACCOUNT ID`.
 */
import { Client } from "pg"

import { charge, executed } from "../../../sim/faults/cases.ts"
import { postgresStore } from "../../src/index.ts"

const [url, schema, account, id] = process.argv.slice(2) as [string, string, string, string]
const client = new Client({ connectionString: url })
await client.connect()
await client.query("BEGIN")
await executed(postgresStore({ url, schema }).within(client), [charge(id, account, 5)])
process.stdout.write("holding\n")
setInterval(() => {}, 60_000)
