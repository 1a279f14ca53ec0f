/** A process that starts as an app does, says so, and migrates when its input ends: `node migrate-process.ts URL SCHEMA` */
import { once } from "node:events"

import { migrate } from "../../src/migrate.ts"

const [, , url, schema] = process.argv
console.log("ready")
await once(process.stdin.resume(), "end")
const { from, to } = await migrate({ url, schema })
console.log(`${from} ${to}`)
