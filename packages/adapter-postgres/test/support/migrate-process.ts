/** A process that starts as an app does, and migrates: `node migrate-process.ts URL SCHEMA` */
import { migrate } from "../../src/migrate.ts"

const [, , url, schema] = process.argv
const { from, to } = await migrate({ url, schema })
console.log(`${from} ${to}`)
